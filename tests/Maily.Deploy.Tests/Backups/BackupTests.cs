using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Backups;

public sealed class BackupTests(PostgresServer server) : IDisposable
{
    const string Application = """
        create extension citext schema public;
        create schema auth; create table auth.users (id int primary key);
        create collation anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        create text search dictionary plain (template = simple); create text search configuration words (copy = simple); alter text search configuration words alter mapping for asciiword with plain;
        create type mood as enum ('good', 'bad'); create domain short as text collate anycase check (length(value) < 9);
        create table campaigns (id int primary key, name citext, mood mood, note short); insert into campaigns values (1, 'One', 'good', 'x'), (2, 'Two', 'bad', null);
        create view names as select name from campaigns;
        create table sends (id bigint generated always as identity, campaign int references campaigns, at date) partition by range (at);
        create table sends_2026 partition of sends for values from ('2026-01-01') to ('2027-01-01'); insert into sends(campaign, at) values (1, '2026-05-05');
        create function on_user() returns trigger language plpgsql as $$ begin insert into public.campaigns values (100 + new.id, 'user'); return new; end $$;
        create trigger on_user after insert on auth.users for each row execute function on_user();
        create publication realtime for table campaigns (id, name) where (id > 0);
        create schema storage authorization pg_monitor; create table storage.objects (id int, name text); alter table storage.objects owner to pg_monitor;
        create function allowed(text) returns boolean language sql as 'select true'; create policy own on storage.objects for select to pg_monitor using (public.allowed(name));
        create function storage.folder(text) returns text language sql as 'select $1'; revoke execute on function storage.folder from public; grant execute on function storage.folder to pg_monitor;
        create policy sorted on campaigns using (storage.folder(note) is not null);
        create function on_ddl() returns event_trigger language plpgsql as $$ begin end $$;
        create event trigger on_ddl on ddl_command_end when tag in ('CREATE TABLE') execute function on_ddl(); alter event trigger on_ddl enable always;
        create schema "Odd name"; create table "Odd name"."T;" (id int);
        create schema supabase_migrations; create table supabase_migrations.schema_migrations (version text primary key); insert into supabase_migrations.schema_migrations values ('1');
        create schema maily_deploy; create table maily_deploy.journal (id int);
        alter default privileges in schema public grant all on tables to pg_monitor; create table hidden (id int); revoke all on hidden from pg_monitor
        """;

    readonly Deployed deployed = Deployed.InNewFolder();
    readonly ProcessRunner processes = new(TimeProvider.System);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static readonly BackupKeys Keys = BackupKeys.Parse(new(new string('a', 64)));

    string BackupFolder => Path.Combine(deployed.Folder, "backup");

    StoredBackup Stored => new(FolderBackupStore.At(BackupFolder), deployed.Context.Id.Value);

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task A_backup_holds_the_applications_schemas_and_the_history_and_its_receipt_says_so()
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes), Cancellation);
        var receipt = (await Stored.FindReceiptAsync(Cancellation)).ShouldNotBeNull();
        receipt.Schemas.ShouldBe(["Odd name", "public", "supabase_migrations"]);
        receipt.LeftOut.ShouldBe(["auth", "information_schema", "maily_deploy", "storage"]);
        receipt.Tables.Select(table => (table.Name, table.Rows)).ShouldBe([("\"Odd name\".\"T;\"", 0), ("public.campaigns", 2), ("public.hidden", 0), ("public.sends_2026", 1), ("supabase_migrations.schema_migrations", 1)]);
        receipt.Outside.Select(dependent => dependent.Name)
            .ShouldBe(["function storage.folder(text)", "policy own on storage.objects", "public.campaigns in publication realtime", "trigger on_user on auth.users", "event trigger on_ddl"]);
        receipt.Files.ShouldContain(file => file.Name == "dump/toc.dat");
        receipt.Location.ShouldBe(BackupFolder);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(BackupFolder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void The_password_never_stands_on_a_command_line()
    {
        var settings = server.At("x") with { Password = new("s3cret") };
        var command = DatabaseBackup.DumpCommand(new("/bin", 15), settings, ["public"], "1", new() { Jobs = 2 }, "f");
        command.Arguments.ShouldNotContain(argument => argument.Contains("s3cret"));
        command.Environment["PGPASSWORD"].Reveal().ShouldBe("s3cret");
        command.ToString().ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task A_backup_is_found_by_its_deployment_only()
    {
        var database = await ApplicationAsync();
        var stage = new BackupStage(database, processes) { Store = FolderBackupStore.In(deployed.Folder) };
        var step = (await stage.PlanAsync(deployed.Context, Cancellation)).Single();
        (await step.FindAsync(deployed.Context, Cancellation)).State.ShouldBe(FindingState.Absent);
        await deployed.RunAsync(stage, Cancellation);
        (await step.FindAsync(deployed.Context, Cancellation)).State.ShouldBe(FindingState.AppliedByThis);
    }

    [Theory]
    [InlineData("nothing is pending", FindingState.AlreadyAsWanted)]
    [InlineData("a migration is pending", FindingState.Absent)]
    [InlineData("it is not known what is pending", FindingState.Absent)]
    [InlineData("another commit is live", FindingState.Absent)]
    [InlineData("nothing is live", FindingState.Absent)]
    [InlineData("the run does not migrate", FindingState.Absent)]
    [InlineData("migrations are left out", FindingState.Absent)]
    public async Task A_backup_is_left_out_only_where_the_run_would_migrate_and_has_nothing_to(string what, FindingState expected)
    {
        var stage = new BackupStage(server.At("never-asked"), processes) { Store = FolderBackupStore.In(deployed.Folder) };
        var backup = (await stage.PlanAsync(deployed.Context, Cancellation)).Single();
        var context = deployed.Context with
        {
            Stages = what == "the run does not migrate" ? ["Backup"] : ["Backup", "Migrate"],
            Skipped = what == "migrations are left out" ? ["Migrate"] : [],
            Live = what == "nothing is live" ? null : new() { Deployment = deployed.Context.Id, Environment = "test", At = default, Commit = new(what == "another commit is live" ? 'b' : 'a', 40) },
            Planner = (name, _) => what == "it is not known what is pending" ? throw new BackupFailedException("x")
                : Task.FromResult<ImmutableArray<Step>>(name == "Migrate" && what != "a migration is pending" ? [] : [backup]),
        };

        var found = await backup.FindAsync(context, Cancellation);

        found.State.ShouldBe(expected);
        found.Outputs["address"].ShouldBeNull();
        found.Outputs["because"].ShouldBe(expected == FindingState.Absent ? null : "no migration is pending and commit aaaaaaa is live already: nothing is at risk");
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("missing")]
    [InlineData("added")]
    public async Task A_damaged_backup_is_found(string damage)
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes), Cancellation);
        var contents = Path.Combine(BackupFolder, DatabaseBackup.DumpFolder, "toc.dat");
        if (damage == "missing")
            File.Delete(contents);
        else
            await File.AppendAllTextAsync(damage == "added" ? contents + "2" : contents, "x", Cancellation);
        (await Should.ThrowAsync<BackupDamagedException>(() => new BackupReader(processes).CheckAsync(Stored, Cancellation)))
            .Fact.ShouldContain("toc.dat");
    }

    [Fact]
    public async Task A_role_that_may_not_read_leaves_no_half_backup()
    {
        var database = await ApplicationAsync();
        await PostgresServer.ExecuteAsync(database, $"create role reader_{database.Name} login");
        await PostgresServer.ExecuteAsync(database, $"grant usage on schema auth, storage to reader_{database.Name}; grant select on auth.users, storage.objects to reader_{database.Name}");
        var error = await Should.ThrowAsync<BackupPermissionException>(() =>
            new DatabaseBackup(database with { User = $"reader_{database.Name}" }, processes, TimeProvider.System).MakeAsync(Stored, "test", Cancellation));
        error.Evidence.ShouldNotBeNull().ShouldContain("permission denied for");
        Directory.EnumerateFileSystemEntries(deployed.Folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("pg_dump: error: could not write to file: No space left on device", typeof(BackupSpaceException))]
    [InlineData("pg_dump: error: could not create directory \"x\": Permission denied", typeof(BackupPermissionException))]
    [InlineData("pg_dump: error: query failed: server closed the connection unexpectedly", typeof(BackupConnectionException))]
    [InlineData("pg_dump: error: query would be affected by row-level security policy for table \"x\"", typeof(BackupPermissionException))]
    [InlineData("pg_dump: error: something else", typeof(BackupFailedException))]
    public void What_pg_dump_says_becomes_an_error_of_its_own(string said, Type expected) =>
        BackupErrors.Of(new CommandFailedException(CommandLine.Of("pg_dump"), 1, said), "folder").ShouldBeOfType(expected);

    [Fact]
    public async Task A_place_that_cannot_be_written_leaves_nothing()
    {
        var database = await ApplicationAsync();
        await File.WriteAllTextAsync(BackupFolder, "a file, not a folder", Cancellation);
        await Should.ThrowAsync<BackupFailedException>(() =>
            new DatabaseBackup(database, processes, TimeProvider.System).MakeAsync(new(FolderBackupStore.In(BackupFolder), "d"), "test", Cancellation));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restore_gives_the_applications_schemas_back_and_touches_no_other(bool isSealed)
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes) { Options = new() { Keys = isSealed ? Keys : null } }, Cancellation);
        await PostgresServer.ExecuteAsync(database, """
            drop view names; alter table campaigns drop column mood; drop type mood; delete from campaigns where id = 2; create table later (id int); create schema newer; create table newer.t ();
            insert into supabase_migrations.schema_migrations values ('2'); insert into auth.users values (7); insert into maily_deploy.journal values (1)
            """);
        var plan = await RestoreAsync(database, Keys);
        plan.Newer.ShouldBe(["newer"]);
        (await PostgresServer.ScalarAsync<string>(database, "select string_agg(name || mood, ',' order by id) from campaigns")).ShouldBe("Onegood,Twobad");
        (await PostgresServer.ScalarAsync<string>(database, "select string_agg(version, ',') from supabase_migrations.schema_migrations")).ShouldBe("1");
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('later') is null and to_regnamespace('newer') is null and to_regclass('names') is not null")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<long>(database, "select (select count(*) from auth.users) + (select count(*) from maily_deploy.journal) + (select count(*) from sends)")).ShouldBe(3);
        (await PostgresServer.ScalarAsync<string>(database, "select attnames::text || rowfilter from pg_publication_tables where tablename = 'campaigns'")).ShouldBe("{id,name}(id > 0)");
        (await PostgresServer.ScalarAsync<string>(database, "select string_agg(polname || polcmd::text || polroles::regrole[]::text || pg_get_expr(polqual, polrelid), ', ' order by polname) from pg_policy"))
            .ShouldBe("ownr{pg_monitor}allowed(name), sorted*{-}(storage.folder((note)::text) IS NOT NULL)");
        (await PostgresServer.ScalarAsync<string>(database, "select concat(evtenabled, evtevent, evttags, evtfoid::regproc) from pg_event_trigger")).ShouldBe("Addl_command_end{\"CREATE TABLE\"}on_ddl");
        (await PostgresServer.ScalarAsync<bool>(database, "select not has_table_privilege('pg_monitor', 'hidden', 'select')")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<bool>(database, "select to_tsvector('public.words', 'One') is not null and 'a' = 'A' collate public.anycase")).ShouldBeTrue();
        await PostgresServer.ExecuteAsync(database, "create table shown (id int); insert into auth.users values (8)");
        (await PostgresServer.ScalarAsync<bool>(database, "select has_table_privilege('pg_monitor', 'shown', 'select')")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from campaigns where id = 108")).ShouldBe(1);
    }

    [Fact]
    public async Task A_restore_that_fails_changes_nothing()
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes), Cancellation);
        await PostgresServer.ExecuteAsync(database, "delete from sends; delete from campaigns; drop table auth.users");
        await Should.ThrowAsync<RestoreFailedException>(() => RestoreAsync(database));
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from campaigns")).ShouldBe(0);
    }

    [Fact]
    public async Task A_restore_that_would_take_something_of_another_schema_along_is_refused_by_its_name()
    {
        var database = await ApplicationAsync();
        await deployed.RunAsync(new BackupStage(database, processes), Cancellation);
        await PostgresServer.ExecuteAsync(database, "create function mine() returns boolean language sql as 'select true'; create policy own on auth.users using (public.mine())");
        (await Should.ThrowAsync<RestoreFailedException>(() => RestoreAsync(database))).Evidence.ShouldNotBeNull().ShouldContain("policy own on auth.users");
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_policy")).ShouldBe(3);
    }

    // Newer tools set what an older server does not know; older ones refuse a newer server.
    [Theory]
    [InlineData(1)]
    [InlineData(99)]
    public async Task Client_tools_of_another_version_are_not_taken_and_the_package_is_named(int major)
    {
        var missing = await Should.ThrowAsync<PostgresToolsMissingException>(() => PostgresTools.FindAsync(major, processes, Cancellation));
        missing.Remedy.ShouldContain($"apt-get install postgresql-client-{major}");
        missing.Evidence.ShouldNotBeNull().ShouldContain(await PostgresServer.ScalarAsync<string>(server.At("postgres"), "select (current_setting('server_version_num')::int / 10000)::text"));
    }

    Task<RestorePlan> RestoreAsync(DatabaseSettings database, BackupKeys? keys = null) =>
        new DatabaseRestore(new(database, deployed.Permit(new("Rollback", "database"))), processes) { Options = new() { Keys = keys } }.RunAsync(Stored, Cancellation);

    async Task<DatabaseSettings> ApplicationAsync()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, Application);
        return database;
    }
}
