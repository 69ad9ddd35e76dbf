using Maily.Deploy.Contracts;
using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations.Replays;

/// <summary>A database that has had some migrations, the folder of these and of those to come, and the same server for scratch databases.</summary>
sealed class ReplayedProject : IDisposable
{
    readonly DirectoryInfo folder;
    readonly PostgresServer server;
    int files;

    ReplayedProject(PostgresServer server, DatabaseSettings database, DirectoryInfo folder) => (this.server, Database, this.folder) = (server, database, folder);

    /// <summary>The same one, to be asked with other contracts; takes it over.</summary>
    public ReplayedProject(ReplayedProject other) : this(other.server, other.Database, other.folder) => files = other.files;

    public DatabaseSettings Database { get; }

    public MigrationOptions Options => new() { Folder = Directory.CreateDirectory(Path.Combine(folder.FullName, "migrations")).FullName };

    public SchemaReplay Replay => field ??= new(Database, new ScratchServer(server.At("postgres")), Contracts, new ProcessRunner(TimeProvider.System), TimeProvider.System);

    /// <summary>What the live code and the code that comes ask for.</summary>
    public ReleaseContracts? Contracts { get; init; }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A project whose database has had these migrations.</summary>
    public static async Task<ReplayedProject> WithAsync(PostgresServer server, params string[] applied)
    {
        var project = new ReplayedProject(server, await server.CreateDatabaseAsync(), Directory.CreateTempSubdirectory("maily-replay-"));
        await PostgresServer.ExecuteAsync(project.Database, "create schema auth; create table auth.users (id uuid primary key); create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key)");
        foreach (var sql in applied)
            await project.ApplyAsync(sql);
        return project;
    }

    /// <summary>Adds a migration that the database has had.</summary>
    public async Task ApplyAsync(string sql)
    {
        await PostgresServer.ExecuteAsync(Database, sql);
        await PostgresServer.ExecuteAsync(Database, $"insert into supabase_migrations.schema_migrations values ('{Add(sql)}')");
    }

    /// <summary>Adds a migration to the folder and gives its version.</summary>
    public string Add(string sql)
    {
        var version = $"{++files:000}";
        File.WriteAllText(Path.Combine(Options.Folder, $"{version}_m{files}.sql"), sql);
        return version;
    }

    /// <summary>Adds the down script of a migration.</summary>
    public void AddDown(string version, string sql) =>
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder.FullName, "down")).FullName, $"{version}_m{int.Parse(version)}.sql"), sql);

    public Task<MigrationSituation> SituationAsync() => MigrationSituation.ReadAsync(Database, Options, null, Cancellation);

    public async Task<IEnumerable<string>> DriftAsync()
    {
        var situation = await SituationAsync();
        return (await new SchemaDrift(Database, Replay).FindAsync(situation.Applied, situation.Pending, Cancellation)).Select(difference => difference.ToString());
    }

    public async Task<ReplayedSchemas> RunAsync()
    {
        var situation = await SituationAsync();
        return await Replay.RunAsync(situation.Applied, situation.Pending, Cancellation);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
