using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Backups;

/// <summary>What stands outside of the application's schemas hinders neither a backup nor the restore in place.</summary>
public sealed class OutsideTests(PostgresServer server) : IDisposable
{
    readonly Deployed deployed = Deployed.InNewFolder();
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    StoredBackup Stored => new(FolderBackupStore.At(Path.Combine(deployed.Folder, "backup")), deployed.Context.Id.Value);

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task What_lies_where_the_role_may_not_go_hinders_nothing()
    {
        var database = await server.CreateDatabaseAsync();
        var own = database with { User = $"deployer_{database.Name}" };
        await PostgresServer.ExecuteAsync(database, $"""
            create role {own.User} login; alter database {database.Name} owner to {own.User};
            create schema vault; create table vault.secrets (id int); create policy theirs on vault.secrets using (true);
            create function vault.mine() returns int language sql as 'select 1'; alter function vault.mine() owner to {own.User};
            create schema pgbouncer; grant usage on schema pgbouncer to public; create function pgbouncer.get_auth() returns int language sql as 'select 1'; alter function pgbouncer.get_auth() owner to {own.User};
            create schema cron; create table cron.job (jobid int, jobname text); insert into cron.job values (1, 'nightly')
            """);
        await PostgresServer.ExecuteAsync(own, "create table public.campaigns (id int); insert into public.campaigns values (1)");
        var receipt = await BackUpAsync(own);
        receipt.Outside.Select(dependent => dependent.Name).ShouldBe(["policy theirs on vault.secrets"]);
        await PostgresServer.ExecuteAsync(own, "delete from public.campaigns");

        await RestoreAsync(own);

        (await PostgresServer.ScalarAsync<long>(own, "select count(*) from public.campaigns")).ShouldBe(1);
        (await OutsideChanges.SinceAsync(own, receipt, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Partitions_of_Supabases_tables_come_and_go_with_their_copies_of_a_trigger()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, """
            create schema realtime; create table realtime.messages (id int, at date) partition by range (at);
            create table realtime.messages_1 partition of realtime.messages for values from ('2026-01-01') to ('2026-01-02');
            create function public.on_message() returns trigger language plpgsql as 'begin return new; end';
            create trigger on_message after insert on realtime.messages for each row execute function public.on_message()
            """);
        var receipt = await BackUpAsync(database);
        receipt.Outside.Select(dependent => dependent.Name).ShouldBe(["trigger on_message on realtime.messages"]);
        await PostgresServer.ExecuteAsync(database, "drop table realtime.messages_1; create table realtime.messages_2 partition of realtime.messages for values from ('2026-01-02') to ('2026-01-03')");

        await RestoreAsync(database);

        (await PostgresServer.ScalarAsync<string>(database, "select string_agg(tgrelid::regclass::text, ', ' order by tgrelid::regclass::text) from pg_trigger where tgname = 'on_message'"))
            .ShouldBe("realtime.messages, realtime.messages_2");
        (await OutsideChanges.SinceAsync(database, receipt, Cancellation)).ShouldBeNull();
    }

    Task<BackupReceipt> BackUpAsync(DatabaseSettings database) => new DatabaseBackup(database, processes, TimeProvider.System).MakeAsync(Stored, "test", Cancellation);

    Task<RestorePlan> RestoreAsync(DatabaseSettings database) => new DatabaseRestore(new(database, deployed.Permit(new("Rollback", "database"))), processes).RunAsync(Stored, Cancellation);
}
