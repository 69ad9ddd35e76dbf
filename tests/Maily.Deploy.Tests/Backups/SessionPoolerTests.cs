using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Backups;

/// <summary>Runners without IPv6 reach a hosted database only through the pooler in session mode.</summary>
public sealed class SessionPoolerTests(SessionPooler pooler) : IClassFixture<SessionPooler>, IDisposable
{
    readonly Deployed deployed = Deployed.InNewFolder();
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task A_backup_and_its_check_and_migrations_go_through_it()
    {
        Pooler.Require();
        await PostgresServer.ExecuteAsync(pooler.Pooled, "create table public.a (id int); insert into public.a select generate_series(1, 1000)");
        Directory.CreateDirectory(Path.Combine(deployed.Folder, "migrations"));
        await File.WriteAllTextAsync(Path.Combine(deployed.Folder, "migrations", "1_b.sql"), "create table public.b (id int); create index concurrently on public.b (id)", Cancellation);

        var backup = await deployed.RunAsync(new BackupStage(pooler.Pooled, processes)
        {
            Store = FolderBackupStore.At(Path.Combine(deployed.Folder, "backup")), Options = new() { Jobs = 2 },
            Check = new(pooler.Pooled, new ScratchServer(pooler.Server.At("postgres")), processes, TimeProvider.System),
        }, Cancellation);
        await deployed.RunAsync(new MigrateStage(pooler.Pooled, new() { Folder = Path.Combine(deployed.Folder, "migrations") }), Cancellation);

        backup.Select(step => step.Outputs["rows"]).ShouldBe(["1000", "1000"]);
        (await PostgresServer.ScalarAsync<bool>(pooler.Direct, "select to_regclass('public.b') is not null")).ShouldBeTrue();
    }
}
