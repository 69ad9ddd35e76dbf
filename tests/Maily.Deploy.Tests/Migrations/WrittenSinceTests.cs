using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Sealing;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Maily.Deploy.Tests.Postgres;

namespace Maily.Deploy.Tests.Migrations;

/// <summary>No way back loses a row that somebody wrote after the migration.</summary>
public sealed class WrittenSinceTests(PostgresServer server) : IDisposable
{
    const string Before = "create table public.people (id int primary key, name text); insert into public.people values (1, 'Ada'), (2, 'Bob'); create table public.notes (id int)";

    readonly Deployed deployed = Deployed.InNewFolder();
    readonly ProcessRunner processes = new(TimeProvider.System);
    BackupKeys? keys;
    Func<Task<CompensationResult>> again = () => throw new InvalidOperationException("Nothing was undone yet.");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Theory]
    [InlineData("drop table public.extra", "create table public.extra (id int)", "select 1", CompensationState.Undone)]
    [InlineData("drop table public.extra", "create table public.extra (id int); insert into public.extra values (1)", "select 1", CompensationState.Undone)]
    [InlineData("drop table public.extra", "create table public.extra (id int)", "insert into public.extra values (1), (2)", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people drop column age", "alter table public.people add column age int; update public.people set age = 7", "select 1", CompensationState.Undone)]
    [InlineData("alter table public.people drop column age", "alter table public.people add column age int", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("alter table public.people drop column age", "alter table public.people add column age int not null default 5", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("alter table public.people drop column age", "alter table public.people add column age int not null default 5", "update public.people set age = 6 where id = 1", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people drop column age", "alter table public.people add column age int", "insert into public.people values (3, 'Cid', 33)", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people drop column meta", "alter table public.people add column meta json not null default '{}'", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("alter table public.people drop column meta", "alter table public.people add column meta json not null default '{}'", "update public.people set meta = '{\"a\":1}' where id = 1", CompensationState.NeedsPerson)]
    [InlineData("drop table public.events", "create table public.events (id int) partition by list (id); create table public.one partition of public.events for values in (1)", "select 1", CompensationState.Undone)]
    [InlineData("drop table public.events", "create table public.events (id int) partition by list (id); create table public.one partition of public.events for values in (1)", "create table public.two partition of public.events for values in (2); insert into public.events values (2)", CompensationState.NeedsPerson)]
    [InlineData("delete from public.people where id > 2", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.NeedsPerson)]
    [InlineData("delete from public.people where id > 2", "insert into public.people values (3, 'Cid')", "select 1", CompensationState.Undone)]
    [InlineData("update public.people set name = 'Eve'", "select 1", "update public.people set name = 'Bea' where id = 2", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people add column old text; update public.people set old = name", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("truncate public.people", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.NeedsPerson)]
    [InlineData("truncate public.people", "select 1", "select 1", CompensationState.Undone)]
    [InlineData("alter table public.people alter column name type varchar(3) using left(name, 3)", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("alter table public.people alter column name type varchar(3) using left(name, 3)", "select 1", "insert into public.people values (3, 'Dorothy')", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people alter column id type bigint", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.Undone)]
    [InlineData("alter table public.people alter column name type bytea using null", "select 1", "insert into public.people values (3, 'Cid')", CompensationState.NeedsPerson)]
    [InlineData("alter table public.people drop column name; alter table public.people add column name text", "alter table public.people alter column name type varchar(30)", "select 1", CompensationState.Undone)]
    [InlineData("alter table public.people drop column name; alter table public.people add column name text", "alter table public.people alter column name type varchar(30)", "insert into public.people values (3, 'Cid')", CompensationState.NeedsPerson)]
    [InlineData("drop table public.people; create table public.people (id int primary key, name text)", "alter table public.people add column age int", "select 1", CompensationState.Undone)]
    [InlineData("drop table public.people; create table public.people (id int primary key, name text)", "alter table public.people add column age int", "insert into public.people values (3, 'Cid')", CompensationState.NeedsPerson)]
    public async Task A_down_script_drops_only_what_nobody_wrote(string down, string up, string written, CompensationState expected)
    {
        var database = await BackedUpAsync();
        Write("down", down);
        var result = await CompensateAsync(database, up, written, MigrationPolicy.PreferDown);
        result.State.ShouldBe(expected, result.Text);
        if (expected == CompensationState.NeedsPerson)
            result.Text.ShouldContain("would drop what was written since: public.");
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(expected == CompensationState.Undone ? 0 : 1);
    }

    // It has its number when it begins, and writes when the migration is done.
    [Theory]
    [InlineData("select 1", CompensationState.NeedsPerson)]
    [InlineData("update maily_deploy.applied_migrations set snapshot = null", CompensationState.Undone)]
    public async Task A_transaction_that_began_before_the_migration_and_wrote_after_it_counts_unless_a_former_version_marked_it(string mark, CompensationState expected)
    {
        var database = await BackedUpAsync();
        Write("down", "delete from public.people where id > 2");
        await using var connection = await PostgresServer.OpenAsync(database);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await connection.RunAsync("select pg_current_xact_id()", Cancellation);
        var result = await CompensateAsync(database, "alter table public.people add column age int", async () =>
        {
            await connection.RunAsync("insert into public.people values (3, 'Cid')", Cancellation);
            await transaction.CommitAsync(Cancellation);
            await PostgresServer.ExecuteAsync(database, mark);
        }, MigrationPolicy.PreferDown);
        result.State.ShouldBe(expected, result.Text);
    }

    [Theory]
    [InlineData("select 1", CompensationState.Undone)]
    [InlineData("insert into public.notes values (1)", CompensationState.NeedsPerson)]
    public async Task A_sealed_backup_is_a_way_back_too(string written, CompensationState expected)
    {
        keys = BackupKeys.Parse(new(new string('a', 64)));
        var database = await BackedUpAsync();
        (await CompensateAsync(database, "alter table public.people drop column name", written, MigrationPolicy.KeepCompatible)).State.ShouldBe(expected);
        (await PostgresServer.ScalarAsync<bool>(database, "select exists (select from pg_attribute where attrelid = 'public.people'::regclass and attname = 'name')")).ShouldBe(expected == CompensationState.Undone);
    }

    [Fact]
    public async Task Without_the_key_a_sealed_backup_is_left_to_a_person()
    {
        keys = BackupKeys.Parse(new(new string('a', 64)));
        var database = await BackedUpAsync();
        keys = BackupKeys.Parse(new(new string('b', 64)));
        var result = await CompensateAsync(database, "alter table public.people drop column name", "select 1", MigrationPolicy.KeepCompatible);
        result.State.ShouldBe(CompensationState.NeedsPerson);
        result.Text.ShouldContain("key");
    }

    [Theory]
    [InlineData("select 1", null)]
    [InlineData("insert into public.notes values (1)", "public.notes (1 rows now, 0 then)")]
    [InlineData("delete from public.people where id = 2", "public.people (2 rows now, 3 then)")]
    [InlineData("update public.people set id = 9 where id = 2", "public.people (3 rows, of which some were changed)")]
    [InlineData("create table public.fresh (id int); insert into public.fresh values (1)", "public.fresh (1 rows now, 0 then)")]
    public async Task A_backup_is_restored_only_where_nobody_wrote_since(string written, string? named)
    {
        var database = await BackedUpAsync();
        var result = await CompensateAsync(database, "alter table public.people drop column name; alter table public.people add column mark int default 3; insert into public.people values (7, 8)", written, MigrationPolicy.KeepCompatible);
        result.State.ShouldBe(named is null ? CompensationState.Undone : CompensationState.NeedsPerson, result.Text);
        if (named is null)
        {
            (await PostgresServer.ScalarAsync<string>(database, "select string_agg(name, ',' order by id) from public.people")).ShouldBe("Ada,Bob");
            return;
        }

        result.Text.ShouldContain(named);
        result.Text.ShouldContain("./build.sh Rollback --restore-database");
        (await PostgresServer.ScalarAsync<bool>(database, "select exists (select from public.people where mark = 8)")).ShouldBeTrue();
    }

    const string Platform = "create schema auth; create table auth.users (id int); create schema storage; create table storage.buckets (id text, updated_at timestamptz)";

    [Theory]
    [InlineData("create function public.on_user() returns trigger language plpgsql as 'begin return new; end'; create trigger on_user after insert on auth.users for each row execute function public.on_user()", null)]
    [InlineData("create policy theirs on auth.users using (true)", "policy theirs on auth.users is there")]
    [InlineData("insert into storage.buckets values ('avatars')", "bucket avatars is there")]
    [InlineData("create extension citext", "extension citext is there")]
    [InlineData("create publication sync for table auth.users", "publication sync is there")]
    [InlineData("create trigger stamped before update on auth.users for each row execute function pg_catalog.suppress_redundant_updates_trigger()", "trigger stamped on auth.users is there")]
    public async Task A_restore_that_leaves_something_outside_of_the_schemas_needs_a_person(string up, string? named)
    {
        var database = await BackedUpAsync(Platform);
        var result = await CompensateAsync(database, $"alter table public.people drop column name; {up}", "select 1", MigrationPolicy.KeepCompatible);
        result.State.ShouldBe(named is null ? CompensationState.Undone : CompensationState.NeedsPerson, result.Text);
        if (named is not null)
            result.Text.ShouldContain(named);
        (await again()).State.ShouldBe(result.State, "a resumed run says the same");
        (await PostgresServer.ScalarAsync<string>(database, "select string_agg(name, ',' order by id) from public.people")).ShouldBe("Ada,Bob");
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_trigger where tgname = 'on_user'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_trigger_that_somebody_made_since_is_not_destroyed()
    {
        var database = await BackedUpAsync(Platform);
        await Should.ThrowAsync<RestoreFailedException>(() => CompensateAsync(database, "alter table public.people drop column name",
            "create function public.on_user() returns trigger language plpgsql as 'begin return new; end'; create trigger on_user after insert on auth.users for each row execute function public.on_user()", MigrationPolicy.KeepCompatible));
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_trigger where not tgisinternal")).ShouldBe(1);
    }

    const string Once = "alter table public.people drop column name; alter table public.people add column made uuid default gen_random_uuid(); create table public.events (at timestamptz default now()); insert into public.events default values";

    [Theory]
    [InlineData(Once, "select 1", null)]
    [InlineData(Once, "update public.people set made = gen_random_uuid() where id = 1", "Rows were written since the backup and would be lost: public.people (2 rows, of which some were changed)")]
    [InlineData(Once, "update public.events set at = at", "Rows were written since the backup and would be lost: public.events (1 rows, of which some were changed)")]
    [InlineData("alter table public.people drop column name; insert into public.people values ((random() * 1000000)::int + 10)", "select 1", "Rows may have been written since the backup and would be lost: public.people (3 rows; whether some were changed cannot be told)")]
    public async Task What_a_migration_gives_rows_only_once_is_nobodys_writing(string up, string written, string? named)
    {
        var database = await BackedUpAsync();
        var result = await CompensateAsync(database, up, written, MigrationPolicy.KeepCompatible);
        result.State.ShouldBe(named is null ? CompensationState.Undone : CompensationState.NeedsPerson, result.Text);
        if (named is not null)
            result.Text.ShouldContain(named);
    }

    // Rewritten by the migration, the row is the migration's own.
    [Fact]
    public async Task A_row_that_was_changed_between_the_backup_and_a_migration_that_rewrites_it_is_found()
    {
        var database = await BackedUpAsync();
        await PostgresServer.ExecuteAsync(database, "update public.people set name = 'Eve' where id = 1");
        var result = await CompensateAsync(database, "drop table public.notes; alter table public.people add column made uuid default gen_random_uuid()", "select 1", MigrationPolicy.KeepCompatible);
        result.State.ShouldBe(CompensationState.NeedsPerson, result.Text);
        (await PostgresServer.ScalarAsync<string>(database, "select name from public.people where id = 1")).ShouldBe("Eve");
    }

    [Fact]
    public async Task Without_a_scratch_server_a_changed_table_counts_as_written()
    {
        var database = await BackedUpAsync();
        var result = await CompensateAsync(database, "alter table public.people drop column name", () => Task.CompletedTask, MigrationPolicy.KeepCompatible, scratch: null);
        result.State.ShouldBe(CompensationState.NeedsPerson);
    }

    [Fact]
    public async Task A_writer_between_the_look_and_the_restore_waits_and_loses_nothing()
    {
        var database = await BackedUpAsync();
        await using var connection = await PostgresServer.OpenAsync(database);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await connection.RunAsync("insert into public.notes values (77)", Cancellation);
        var compensating = CompensateAsync(database, "alter table public.people drop column name", "select 1", MigrationPolicy.KeepCompatible);
        await UntilBlockedAsync(database);
        await transaction.CommitAsync(Cancellation);
        var result = await compensating;
        result.State.ShouldBe(CompensationState.NeedsPerson, result.Text);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from public.notes")).ShouldBe(1);
    }

    static Task UntilBlockedAsync(DatabaseSettings database) => PostgresServer.UntilAsync(database,
        "exists (select from pg_locks l join pg_database d on d.oid = l.database where not granted and d.datname = current_database())");

    async Task<DatabaseSettings> BackedUpAsync(string more = "select 1")
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, $"{Before}; {more}");
        await deployed.RunAsync(new BackupStage(database, processes) { Store = FolderBackupStore.At(Path.Combine(deployed.Folder, "backup")), Options = new() { Keys = keys } }, Cancellation);
        return database;
    }

    Task<CompensationResult> CompensateAsync(DatabaseSettings database, string up, string written, MigrationPolicy policy) =>
        CompensateAsync(database, up, () => PostgresServer.ExecuteAsync(database, written), policy);

    Task<CompensationResult> CompensateAsync(DatabaseSettings database, string up, Func<Task> write, MigrationPolicy policy) =>
        CompensateAsync(database, up, write, policy, new ScratchServer(server.At("postgres")));

    async Task<CompensationResult> CompensateAsync(DatabaseSettings database, string up, Func<Task> write, MigrationPolicy policy, ScratchServer? scratch)
    {
        Write("migrations", up);
        var stage = new MigrateStage(database, new() { Folder = Path.Combine(deployed.Folder, "migrations"), Policy = policy, Scratch = scratch, Backups = new() { Keys = keys } });
        var (step, point, outputs) = (await deployed.RunAsync(stage, Cancellation)).Single();
        await write();
        again = () => stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, outputs, Cancellation);
        return await again();
    }

    void Write(string folder, string sql)
    {
        Directory.CreateDirectory(Path.Combine(deployed.Folder, folder));
        File.WriteAllText(Path.Combine(deployed.Folder, folder, "1_change.sql"), sql);
    }
}
