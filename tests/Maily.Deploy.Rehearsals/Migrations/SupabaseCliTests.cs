using System.Text.RegularExpressions;
using Maily.Deploy.Backups;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Migrations;

/// <summary>What we apply, the Supabase CLI takes as applied, and the other way round: the real CLI, against the sandbox's server.</summary>
public sealed partial class SupabaseCliTests(SandboxFixture fixture) : IDisposable
{
    static readonly (string Name, string Sql)[] Files =
    [
        ("20260101000000_tables.sql", "-- first\ncreate table a (id int primary key, note text);\r\ninsert into a values (1, 'x;y'), (2, 'it''s');;\n\n-- the end\n"),
        ("20260102000000_functions.sql",
            """
            create function f() returns int language plpgsql as $body$ begin return 1; end; $body$;
            create function g() returns int language sql begin atomic select 1; select 2; end;
            create rule r as on delete to a do (select 1; select 2);
            /* a; /* nested; */ comment; */ comment on table a is 'semi;colon';
            do $$ begin perform f(); end $$
            """),
        ("20260103000000_empty.sql", "-- nothing but a comment"),
        ("20260104000000_own_transaction.sql", "begin;\nalter table a add column mark int;\ncommit;\n"),
        ("20260105000000_old_lines.sql", "-- lines; end with\rcreate table b (id int); -- a carriage return;\rinsert into b values (1);\r"),
        ("20260106000000_new_value.sql", "create type mood as enum ('a');\ncommit;\nalter type mood add value 'b';\nalter table a add column mood mood default 'b';\n"),
        ("20260107000000_commits_inside.sql", "do $$\nbegin\n  insert into b values (2);\n  commit;\nend $$;\n"),
    ];

    readonly DirectoryInfo project = Directory.CreateTempSubdirectory("maily-supabase-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Folder => Path.Combine(project.FullName, "supabase", "migrations");

    public void Dispose() => project.Delete(recursive: true);

    [Fact]
    public async Task The_cli_lists_what_we_applied_and_has_nothing_to_push()
    {
        var url = await PrepareAsync("cli_after_us");
        await MigrateAsync(url);
        var list = await CliAsync("migration", "list", "--db-url", url);
        Versions().Matches(list).Select(row => (row.Groups["local"].Value, row.Groups["remote"].Value))
            .ShouldBe(Files.Select(file => (file.Name[..14], file.Name[..14])), list);
        (await CliAsync("db", "push", "--yes", "--db-url", url)).ShouldContain("up to date", Case.Insensitive);
    }

    [Fact]
    public async Task We_have_nothing_to_do_after_the_cli_and_write_the_same_history()
    {
        var (theirs, ours) = (await PrepareAsync("us_after_cli"), await PrepareAsync("us_beside_cli"));
        await CliAsync("db", "push", "--yes", "--db-url", theirs);
        (await Stage(theirs).PlanAsync(Context, Cancellation)).ShouldBeEmpty();
        await MigrateAsync(ours);
        (await HistoryAsync(ours)).ShouldBe(await HistoryAsync(theirs));
        (await SchemaAsync(ours)).ShouldBe(await SchemaAsync(theirs));
        (await SchemaAsync(ours)).ShouldContain("CREATE RULE r AS");
    }

    [Fact]
    public async Task Seeds_and_roles_are_what_the_cli_makes_of_them_in_both_directions()
    {
        var supabase = Path.GetDirectoryName(Folder)!;
        Directory.CreateDirectory(Path.Combine(supabase, "seeds"));
        await File.WriteAllTextAsync(Path.Combine(supabase, "config.toml"), "project_id = \"x\"\n[db.seed]\nenabled = true\nsql_paths = [\"./seeds/*.sql\"]\n", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(supabase, "seeds", "2.sql"), "insert into a values (12, 'two');", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(supabase, "seeds", "1.sql"), "insert into a values (11, 'one');", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(supabase, "roles.sql"), "do $$ begin create role seeded_role; exception when duplicate_object then null; end $$;", Cancellation);
        var (theirs, ours) = (await PrepareAsync("cli_seeds"), await PrepareAsync("our_seeds"));

        await CliAsync("db", "push", "--yes", "--include-seed", "--include-roles", "--db-url", theirs);
        foreach (var step in await Seeding(ours).PlanAsync(Context, Cancellation))
            await step.ApplyAsync(new StepContext(Context, new ChangePermit(Context.Id, step.Id, 1, TimeProvider.System, () => TimeSpan.MaxValue)), Cancellation);

        (await SeedsAsync(ours)).ShouldBe(await SeedsAsync(theirs));
        (await SeedsAsync(ours)).Count.ShouldBe(4);
        (await CliAsync("db", "push", "--yes", "--include-seed", "--db-url", ours)).ShouldContain("up to date", Case.Insensitive);
        var again = await Seeding(theirs).PlanAsync(Context, Cancellation);
        foreach (var seed in again.Where(step => step.Id.Name.Contains("seeds/")))
            (await seed.FindAsync(Context, Cancellation)).State.ShouldBe(FindingState.AlreadyAsWanted);
    }

    MigrateStage Seeding(string url) => new(SettingsOf(url), new() { Folder = Folder, IncludeSeed = true, IncludeRoles = true });

    static async Task<List<string>> SeedsAsync(string url)
    {
        await using var connection = await new ReadOnlyDatabase(SettingsOf(url)).OpenAsync(Cancellation);
        return await connection.ListAsync<string>("select format('%s %s', path, hash) from supabase_migrations.seed_files union all select format('%s %s', id, note) from a where id > 10 order by 1", Cancellation);
    }

    async Task<string> PrepareAsync(string database)
    {
        Directory.CreateDirectory(Folder);
        foreach (var (name, sql) in Files)
            await File.WriteAllTextAsync(Path.Combine(Folder, name), sql, Cancellation);
        var server = (await fixture.GetAsync()).Parts.Postgres;
        var settings = SettingsOf(server.DatabaseUrl);
        await using var connection = new NpgsqlConnection(settings.ToBuilder().ConnectionString);
        await connection.OpenAsync(Cancellation);
        await connection.RunAsync($"create database {database}", Cancellation);
        return $"postgresql://{settings.User}:{settings.Password!.Reveal()}@{settings.Host}:{settings.Port}/{database}?sslmode=disable";
    }

    async Task MigrateAsync(string url)
    {
        foreach (var step in await Stage(url).PlanAsync(Context, Cancellation))
            await step.ApplyAsync(new StepContext(Context, new ChangePermit(Context.Id, step.Id, 1, TimeProvider.System, () => TimeSpan.MaxValue)), Cancellation);
    }

    async Task<string> CliAsync(params string[] arguments)
    {
        var command = CommandLine.Of(await NpmTool.FindAsync("@supabase/cli-linux-x64/bin/supabase", Cancellation), arguments) with { WorkingDirectory = project.FullName };
        var lines = new List<string>();
        await new ProcessRunner(TimeProvider.System).RunAsync(command, line => { lock (lines) lines.Add(line); }, Cancellation);
        return NpmTool.Plain(string.Join('\n', lines));
    }

    MigrateStage Stage(string url) => new(SettingsOf(url), new() { Folder = Folder });

    // The marks are ours alone, and so are the keys of a dump's \restrict.
    static async Task<string> SchemaAsync(string url)
    {
        var (settings, processes) = (SettingsOf(url), new ProcessRunner(TimeProvider.System));
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(Cancellation);
        var tools = await PostgresTools.FindAsync(connection.PostgreSqlVersion.Major, processes, Cancellation);
        var dump = await processes.RunAsync(tools.Against(settings, "pg_dump", "--schema-only", $"--exclude-schema={MailySchema.Name}"), null, Cancellation);
        return string.Join('\n', dump.Split('\n').Where(line => !line.StartsWith("\\restrict", StringComparison.Ordinal) && !line.StartsWith("\\unrestrict", StringComparison.Ordinal)));
    }

    static async Task<List<string>> HistoryAsync(string url)
    {
        await using var connection = await new ReadOnlyDatabase(SettingsOf(url)).OpenAsync(Cancellation);
        return await connection.ListAsync<string>("select jsonb_build_array(version, name, statements)::text from supabase_migrations.schema_migrations order by version", Cancellation);
    }

    static DatabaseSettings SettingsOf(string url) => DatabaseSettings.From(new([new(DatabaseSettings.UrlVariable, url, "sandbox")]));

    DeploymentContext Context => new()
    {
        Id = DeploymentId.Parse("20260101T000000Z-abcdef0-aaaa"),
        Environment = "sandbox",
        Commit = new('a', 40),
        Log = NullLogger.Instance,
        Time = TimeProvider.System,
        Folder = project.FullName,
    };

    [GeneratedRegex(@"(?<local>\d{14})`?\s*\|\s*`?(?<remote>\d{14}| )`?\s*\|", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Versions();
}
