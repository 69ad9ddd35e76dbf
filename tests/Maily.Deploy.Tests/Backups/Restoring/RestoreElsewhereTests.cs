using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Backups.Restoring;

public sealed class RestoreElsewhereTests(PostgresServer server) : IDisposable
{
    const string Auth = "create schema auth; create table auth.users (id int primary key, email text); create table auth.sessions (id int);";

    const string Application = Auth + """
        insert into auth.users values (1, 'one@example.org'), (2, 'two@example.org');
        create table profiles (id int references auth.users); insert into profiles values (1), (2);
        create function on_user() returns trigger language plpgsql as $$ begin insert into public.profiles values (new.id); return new; end $$;
        create trigger on_user after insert on auth.users for each row execute function on_user();
        """;

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-elsewhere-");
    readonly ProcessRunner processes = new(TimeProvider.System);
    readonly BackupOptions options = new() { Keys = BackupKeys.Parse(new(new string('a', 64))) };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    StoredBackup Stored => new(FolderBackupStore.In(folder.FullName), "d");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_new_project_gets_the_application_and_who_may_log_in()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth);
        var restored = await RestoreAsync(target);
        restored.Managed.ShouldBe(["auth.users"]);
        restored.LeftOut.ShouldBeEmpty();
        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from profiles join auth.users using (id)")).ShouldBe(2);
        await PostgresServer.ExecuteAsync(target, "insert into auth.users values (3, 'three@example.org')");
        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from profiles")).ShouldBe(3);
    }

    [Fact]
    public async Task Rows_that_have_no_table_there_are_said_to_be_left_out()
    {
        var database = await DatabaseAsync("create schema auth; create table auth.users (id int); insert into auth.users values (1); create table campaigns (id int)");
        await MakeAsync(database);
        var target = await server.CreateDatabaseAsync();
        (await RestoreAsync(target)).LeftOut.ShouldBe(["auth.users is not in this database: its 1 rows are left out"]);
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('campaigns') is not null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_trigger_on_what_is_not_there_is_said_to_be_left_out()
    {
        await MakeAsync(await DatabaseAsync("create schema auth; create table auth.users (id int); create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t after insert on auth.users for each row execute function f()"));
        (await RestoreAsync(await server.CreateDatabaseAsync())).LeftOut.ShouldHaveSingleItem().ShouldContain("trigger t on auth.users cannot be made in this database");
    }

    [Fact]
    public async Task A_restore_that_fails_leaves_the_database_as_it_was()
    {
        await MakeAsync();
        var target = await server.CreateDatabaseAsync();
        await Should.ThrowAsync<RestoreFailedException>(() => RestoreAsync(target));
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('profiles') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_database_that_is_not_empty_is_left_alone_without_consent()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth + "create table kept (id int)");
        var refused = await Should.ThrowAsync<RestoreRefusedException>(() => RestoreAsync(target));
        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain($"--confirm {target.Name}");
        await Should.ThrowAsync<RestoreRefusedException>(() => RestoreAsync(target, confirmed: "another"));
        await RestoreAsync(target, confirmed: target.Name);
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('kept') is null")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("by its address")]
    [InlineData("by its marker")]
    public async Task An_environments_own_database_is_left_alone_though_it_is_empty(string how)
    {
        var own = await server.CreateDatabaseAsync();
        if (how == "by its marker")
            await PostgresServer.ExecuteAsync(own, "create schema maily_deploy; create table maily_deploy.environment (name text, created_at timestamptz); insert into maily_deploy.environment values ('production', now())");
        var target = await RestoreTarget.ReadAsync(own with { Host = how == "by its marker" ? own.Host : "localhost" }, how == "by its marker" ? null : own, "production", Cancellation);
        target.Environment.ShouldBe("production");
        Should.Throw<RestoreRefusedException>(() => target.RequireConsent(null)).Fact.ShouldContain("is the database of production");
        target.RequireConsent(own.Name);
    }

    async Task<DatabaseSettings> DatabaseAsync(string sql)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, sql);
        return database;
    }

    async Task MakeAsync(DatabaseSettings? database = null) =>
        await new DatabaseBackup(database ?? await DatabaseAsync(Application), processes, TimeProvider.System) { Options = options }.MakeAsync(Stored, "production", Cancellation);

    async Task<RestoredBackup> RestoreAsync(DatabaseSettings into, string? confirmed = null)
    {
        var target = await RestoreTarget.ReadAsync(into, null, "production", Cancellation);
        target.RequireConsent(confirmed);
        return await new RestoreElsewhere(processes) { Options = options }.RunAsync(Stored, target, Cancellation);
    }
}
