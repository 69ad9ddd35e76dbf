using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;
using Maily.Deploy.Tests.Processes;

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
    public async Task A_new_project_gets_what_the_application_has_in_Supabases_schemas()
    {
        const string storage = "create schema storage authorization pg_monitor; create table storage.objects (name text); alter table storage.objects owner to pg_monitor;";
        await MakeAsync(await DatabaseAsync(storage + """
            create function storage.folder(text) returns text language sql as 'select $1'; revoke execute on function storage.folder from public; create function storage.open() returns int language sql as 'select 1';
            create table files (name text default storage.folder('x')); create function allowed(text) returns boolean language sql as 'select true';
            create policy own on storage.objects as restrictive for insert with check (public.allowed(name))
            """));
        var target = await DatabaseAsync(storage + "alter default privileges revoke execute on functions from public; alter default privileges in schema storage grant execute on functions to pg_monitor");
        (await RestoreAsync(target)).LeftOut.ShouldBeEmpty();
        (await PostgresServer.ScalarAsync<string>(target, "select polcmd::text || polpermissive || pg_get_expr(polwithcheck, polrelid) from pg_policy where polrelid = 'storage.objects'::regclass")).ShouldBe("afalseallowed(name)");
        (await PostgresServer.ScalarAsync<bool>(target, "select has_function_privilege('pg_monitor', 'storage.folder(text)', 'execute')")).ShouldBeFalse();
        (await PostgresServer.ScalarAsync<string>(target, "select string_agg(case a.grantee when 0 then 'public' else a.grantee::regrole::text end, ', ' order by a.grantee) from pg_proc p, aclexplode(p.proacl) a where p.oid = 'storage.open()'::regprocedure")).ShouldBe("public, postgres");
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
    public async Task Roles_that_the_server_lacks_are_named_before_anything_is_done()
    {
        var role = $"reader {Guid.NewGuid():N}";
        var database = await DatabaseAsync($"create schema \"Odd one\"; create table \"Odd one\".t (id int); create role \"{role}\"; create table campaigns (id int); create policy p on campaigns to \"{role}\" using (true)");
        await MakeAsync(database);
        await PostgresServer.ExecuteAsync(database, $"drop policy p on campaigns; drop role \"{role}\"");
        var target = await server.CreateDatabaseAsync();
        var refused = await Should.ThrowAsync<RolesMissingException>(() => RestoreAsync(target));
        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldBe($"Make them there: create role \"{role}\";");
        await PostgresServer.ExecuteAsync(target, $"create role \"{role}\"");
        await RestoreAsync(target);
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('campaigns') is not null")).ShouldBeTrue();
        await PostgresServer.ExecuteAsync(target, $"drop owned by \"{role}\"; drop role \"{role}\"");
    }

    [Theory]
    [InlineData("grant select on campaigns to {0}")]
    [InlineData("alter table campaigns owner to {0}")]
    [InlineData("grant usage on schema \"Odd one\" to {0}")]
    [InlineData("grant select on \"Odd one\".t to {0}")]
    [InlineData("create policy p on campaigns to {0} using (true)")]
    public async Task A_receipt_names_the_roles_on_which_the_backup_depends(string sql)
    {
        var role = $"r_{Guid.NewGuid():N}";
        var database = await DatabaseAsync($"create schema \"Odd one\"; create table \"Odd one\".t (id int); create schema auth; create table auth.users (id int); create table campaigns (id int); create role {role}; create role {role}_not; grant select on auth.users to {role}_not; {string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, role)}");
        await MakeAsync(database);
        var receipt = BackupReceipt.Parse(await File.ReadAllTextAsync(Directory.GetFiles(folder.FullName, BackupReceipt.FileName, SearchOption.AllDirectories).Single(), Cancellation), "here");
        receipt.Roles.ShouldContain(role);
        receipt.Roles.ShouldNotContain($"{role}_not");
        await PostgresServer.ExecuteAsync(database, $"drop owned by {role}, {role}_not; drop role {role}, {role}_not");
    }

    [Fact]
    public async Task A_restore_that_is_cut_in_the_middle_leaves_the_database_as_it_was()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth + "create table kept (id int); insert into kept values (1)");
        await using var holder = await PostgresServer.OpenAsync(target);
        await using (var held = await holder.BeginTransactionAsync(Cancellation))
        {
            // It has emptied the schema when it waits for this.
            await holder.RunAsync("lock table auth.users in share mode", Cancellation);
            var restoring = RestoreAsync(target, confirmed: target.Name);
            while (!await PostgresServer.ScalarAsync<bool>(target, "select coalesce(bool_or(pg_terminate_backend(pid)), false) from pg_stat_activity where datname = current_database() and application_name = 'maily-deploy' and wait_event_type = 'Lock'"))
                restoring.IsCompleted.ShouldBeFalse("the restore had ended before it could be cut");
            (await Should.ThrowAsync<RestoreFailedException>(restoring)).Evidence!.ShouldContain("terminat");
        }

        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from kept")).ShouldBe(1);
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('profiles') is null")).ShouldBeTrue();
        await RestoreAsync(target, confirmed: target.Name);
        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from profiles")).ShouldBe(2);
    }

    [Fact]
    public async Task A_restore_does_not_wait_for_ever_for_what_somebody_has_locked()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth);
        await using var holder = await PostgresServer.OpenAsync(target);
        await using var held = await holder.BeginTransactionAsync(Cancellation);
        await holder.RunAsync("lock table auth.users in share mode", Cancellation);
        (await Should.ThrowAsync<RestoreFailedException>(RestoreAsync(target)).WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancellation)).Evidence!.ShouldContain("lock timeout");
    }

    // What is there before the last transaction can be seen, but by nobody who may read it.
    [Fact]
    public async Task A_restore_that_is_stopped_leaves_an_empty_database_as_it_was_and_nobody_could_read_before_the_policies_were_there()
    {
        await MakeAsync(await DatabaseAsync(Application + "grant select on profiles to public; alter table profiles enable row level security; create schema other; create table other.more (id int primary key)"));
        var target = await DatabaseAsync(Auth + "alter default privileges in schema public grant select on tables to public; alter default privileges in schema public grant insert on tables to pg_monitor with grant option; alter default privileges in schema public grant execute on functions to public");
        const string rights = "select (select string_agg(one::text, ', ' order by one::text) from pg_namespace, unnest(nspacl) as one where nspname = 'public') || ' ' || string_agg(defaclobjtype::text || one::text, ', ' order by defaclobjtype, one::text) from pg_default_acl, unnest(defaclacl) as one";
        var before = await PostgresServer.ScalarAsync<string>(target, rights);
        await using var holder = await PostgresServer.OpenAsync(target);
        await using var held = await holder.BeginTransactionAsync(Cancellation);
        await holder.RunAsync("lock table auth.users in share mode", Cancellation);
        using var stop = new CancellationTokenSource();
        var restoring = RestoreAsync(target, cancellation: stop.Token);
        await UntilItWaitsAsync(target, () => restoring.IsCompleted);

        (await PostgresServer.ScalarAsync<bool>(target, "select has_schema_privilege('pg_monitor', 'public', 'usage') or has_table_privilege('pg_monitor', 'public.profiles', 'select')")).ShouldBeFalse();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(restoring);
        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('profiles') is null and to_regproc('on_user') is null and to_regnamespace('other') is null and to_regnamespace('maily_restore_unfinished') is null")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<string>(target, rights)).ShouldBe(before);
    }

    [Fact]
    public async Task A_restore_that_is_killed_leaves_an_empty_database_as_it_was()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth);
        await using var holder = await PostgresServer.OpenAsync(target);
        await using (var held = await holder.BeginTransactionAsync(Cancellation))
        {
            await holder.RunAsync("lock table auth.users in share mode", Cancellation);
            using var child = await Child.StartAsync(nameof(RestoreElsewhere), $"{target.Port} {target.Name} {folder.FullName}", Cancellation);
            await UntilItWaitsAsync(target, () => child.HasExited);
            (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('profiles') is not null")).ShouldBeTrue();
            child.Kill();
            await child.WaitForExitAsync(Cancellation);
            // Ended, and not only waited for until its own wait for the lock is over.
            await PostgresServer.UntilAsync(target, "not exists (select from pg_stat_activity where datname = current_database() and application_name like 'maily-deploy %')", TimeSpan.FromSeconds(6));
            await PostgresServer.UntilAsync(target, "not exists (select from pg_namespace where nspname = 'maily_restore_unfinished')");
        }

        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('profiles') is null and to_regproc('on_user') is null")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<long>(target, "select count(*) from auth.users")).ShouldBe(0);
        (await RestoreAsync(target)).Managed.ShouldBe(["auth.users"]);
    }

    [Fact]
    public async Task What_another_restore_is_making_is_left_to_it()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth);
        var looked = await RestoreTarget.ReadAsync(target, null, "production", Cancellation);
        await PostgresServer.ExecuteAsync(target, "create schema maily_restore_unfinished; create table of_the_other (id int)");

        (await Should.ThrowAsync<RestoreRefusedException>(() => new RestoreElsewhere(processes) { Options = options }.RunAsync(Stored, looked, Cancellation))).Fact.ShouldContain("being restored by somebody");

        (await PostgresServer.ScalarAsync<bool>(target, "select to_regclass('of_the_other') is not null and to_regnamespace('maily_restore_unfinished') is not null")).ShouldBeTrue();
        (await RestoreTarget.ReadAsync(await DatabaseAsync(Auth + "create schema maily_restore_unfinished"), null, "production", Cancellation)).HasContent.ShouldBeTrue();
    }

    [Theory]
    [InlineData("create type mood as enum ('good')")]
    [InlineData("create collation plain (locale = 'C')")]
    [InlineData("create text search configuration words (copy = simple)")]
    [InlineData("create text search dictionary words (template = simple)")]
    public async Task What_is_no_table_is_content_too(string made)
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth + made);
        await Should.ThrowAsync<RestoreRefusedException>(() => RestoreAsync(target));
    }

    [Fact]
    public async Task What_cannot_be_taken_away_again_is_said()
    {
        await MakeAsync();
        var target = await DatabaseAsync(Auth);
        await using var holder = await PostgresServer.OpenAsync(target);
        await using var held = await holder.BeginTransactionAsync(Cancellation);
        await holder.RunAsync("lock table auth.users in share mode", Cancellation);
        using var stop = new CancellationTokenSource();
        var restoring = RestoreAsync(target, cancellation: stop.Token);
        await UntilItWaitsAsync(target, () => restoring.IsCompleted);
        await using var other = await PostgresServer.OpenAsync(target);
        await using var reading = await other.BeginTransactionAsync(Cancellation);
        await other.RunAsync("lock table profiles in access share mode", Cancellation);

        await stop.CancelAsync();

        var left = await Should.ThrowAsync<RestoreLeftException>(restoring);
        left.Evidence!.ShouldContain("lock timeout");
        left.Remedy.ShouldContain($"--confirm {target.Name}");
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

    static async Task UntilItWaitsAsync(DatabaseSettings target, Func<bool> hasEnded)
    {
        while (!await PostgresServer.ScalarAsync<bool>(target, "select exists (select from pg_stat_activity where datname = current_database() and application_name like 'maily-deploy %' and wait_event_type = 'Lock')"))
            hasEnded().ShouldBeFalse("the restore had ended before it waited");
    }

    async Task<RestoredBackup> RestoreAsync(DatabaseSettings into, string? confirmed = null, CancellationToken? cancellation = null)
    {
        var target = await RestoreTarget.ReadAsync(into, null, "production", Cancellation);
        target.RequireConsent(confirmed);
        return await new RestoreElsewhere(processes) { Options = options }.RunAsync(Stored, target, cancellation ?? Cancellation);
    }
}
