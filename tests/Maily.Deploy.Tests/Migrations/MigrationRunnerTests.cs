using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Migrations;

public sealed class MigrationRunnerTests(PostgresServer server)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_applied_migration_stands_in_the_history_as_the_cli_writes_it()
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File("create table t (id int);\n\n-- why\ninsert into t values (1);\n", name: "create_t"), Cancellation);
        (await PostgresServer.ScalarAsync<string[]>(database, "select array[version, name, array_to_string(statements, '|')] from supabase_migrations.schema_migrations"))
            .ShouldBe(["20260101000000", "create_t", "create table t (id int)|-- why\ninsert into t values (1)"]);
        (await PostgresServer.ScalarAsync<string>(database, "select deployment from maily_deploy.applied_migrations")).ShouldBe("20260101T000000Z-abcdef0-aaaa");
        (await PostgresServer.ScalarAsync<string>(database, "select name from maily_deploy.environment")).ShouldBe("test");
    }

    [Fact]
    public async Task A_failed_migration_leaves_the_database_as_it_was()
    {
        var database = await server.CreateDatabaseAsync();
        var error = await Should.ThrowAsync<MigrationFailedException>(() =>
            Runner(database).ApplyAsync(Sql.File("create table t (id int);\n\ninsert into t\n  values (1), ('\u00e9', x);\nselect 1"), Cancellation));
        error.SqlState.ShouldBe("42703");
        (error.Statement, error.Place.Line, error.Place.Column).ShouldBe((1, 4, 21));
        error.Evidence.ShouldBe($"  values (1), ('\u00e9', x);{Environment.NewLine}                    ^");
        error.Fact.ShouldStartWith("supabase/migrations/20260101000000_test.sql:4: statement 2 of 3 failed with 42703: column \"x\" does not exist");
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('t') is null")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(0);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from maily_deploy.applied_migrations")).ShouldBe(0);
    }

    [Fact]
    public async Task A_failure_without_a_place_is_shown_at_the_statement_and_not_at_the_comments_before_it()
    {
        var error = await Should.ThrowAsync<MigrationFailedException>(async () =>
            await Runner(await server.CreateDatabaseAsync()).ApplyAsync(Sql.File("select 1;\n-- why; and how\n/* more */ alter type nowhere add value 'x'"), Cancellation));
        (error.Statement, error.Place.Line, error.Place.Column).ShouldBe((1, 3, 12));
        error.Evidence.ShouldBe($"/* more */ alter type nowhere add value 'x'{Environment.NewLine}           ^");
    }

    [Fact]
    public async Task Rows_that_an_error_names_are_not_shown()
    {
        var error = await Should.ThrowAsync<MigrationFailedException>(async () =>
            await Runner(await server.CreateDatabaseAsync()).ApplyAsync(Sql.File("create table t (id int primary key);\ninsert into t values (4711), (4711)"), Cancellation));
        error.Evidence.ShouldBe($"insert into t values (4711), (4711){Environment.NewLine}^");
    }

    [Theory]
    [InlineData("create type mood as enum ('a');\ncommit;\nalter type mood add value 'b';\nselect 'b'::mood")]
    [InlineData("create type mood as enum ('a'); begin; alter type mood add value 'b'; commit; select 'b'::mood; alter type mood add value 'c'; select 'c'::mood")]
    public async Task Where_a_file_commits_by_itself_a_new_value_of_an_enum_can_be_used_at_once(string sql)
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File(sql), Cancellation);
        (await PostgresServer.ScalarAsync<int>(database, "select cardinality(statements) from supabase_migrations.schema_migrations")).ShouldBe(Sql.Texts(sql).Length);
    }

    [Theory]
    [InlineData("set transaction isolation level repeatable read; create table t as select current_setting('transaction_isolation') as level", "repeatable read")]
    [InlineData("-- why\nset transaction isolation level serializable, read write; create table t as select current_setting('transaction_isolation') as level", "serializable")]
    [InlineData("begin isolation level serializable; create table t as select current_setting('transaction_isolation') as level; commit", "serializable")]
    [InlineData("start transaction; set transaction isolation level repeatable read; create table t as select current_setting('transaction_isolation') as level; commit; select 1", "repeatable read")]
    [InlineData("create table t as select current_setting('transaction_isolation') as level", "read committed")]
    public async Task A_file_may_say_how_its_transaction_is_isolated(string sql, string level)
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File(sql), Cancellation);
        (await PostgresServer.ScalarAsync<string>(database, "select level from t")).ShouldBe(level);
        (await PostgresServer.ScalarAsync<int>(database, "select cardinality(statements) from supabase_migrations.schema_migrations")).ShouldBe(Sql.Texts(sql).Length);
    }

    [Fact]
    public async Task A_role_that_a_migration_leaves_on_is_named_with_its_line()
    {
        var (database, role) = (await server.CreateDatabaseAsync(), $"r_{Guid.NewGuid():N}");
        await PostgresServer.ExecuteAsync(database, $"create role {role}");
        var refused = await Should.ThrowAsync<UnreadableMigrationException>(() => Runner(database).ApplyAsync(Sql.File($"create table t (id int);\nset role {role};"), Cancellation));
        refused.Fact.ShouldContain($"line 2 leaves `set role {role}` on");
        refused.Remedy.ShouldContain("reset role;");
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('t') is null")).ShouldBeTrue();
        await Runner(database).ApplyAsync(Sql.File($"create table t (id int);\nset role {role};\nreset role;"), Cancellation);
        await PostgresServer.ExecuteAsync(database, $"drop role {role}");
    }

    [Theory]
    [InlineData("create table t (id int); do $x$ begin insert into t values (1); commit; insert into t values (2); end $x$; insert into t values (3)", 3)]
    [InlineData("create table t (id int); do 'begin insert into t values (1); rollback; end'", 0)]
    [InlineData("create table t (id int); do $$ begin create temp table x on commit drop as select 1; insert into t values (1); /* commit; */ raise notice 'commit;'; end $$", 1)]
    public async Task A_block_that_commits_by_itself_can_do_so(string sql, int rows)
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File(sql), Cancellation);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from t")).ShouldBe(rows);
        (await PostgresServer.ScalarAsync<bool>(database, "select is_whole from maily_deploy.applied_migrations")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_procedure_that_commits_is_refused_with_the_block_that_may_call_it()
    {
        const string procedure = "create table t (id int); create procedure p() language plpgsql as $$ begin insert into t values (1); commit; end $$;";
        var database = await server.CreateDatabaseAsync();
        (await Should.ThrowAsync<MigrationFailedException>(() => Runner(database).ApplyAsync(Sql.File($"{procedure} call p()"), Cancellation))).Remedy.ShouldContain("do $$ begin call ...; commit; end $$");
        await Runner(database).ApplyAsync(Sql.File($"{procedure} do $$ begin call p(); commit; end $$"), Cancellation);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from t")).ShouldBe(1);
    }

    [Theory]
    [InlineData("create table t (id int);\ncopy t (id) from stdin;")]
    [InlineData("create table t (id int);\n\ncopy (select 1) to stdout", 3)]
    public async Task Rows_from_or_to_a_client_are_refused_before_anything_is_done(string sql, int line = 2)
    {
        var database = await server.CreateDatabaseAsync();
        (await Should.ThrowAsync<UnreadableMigrationException>(() => Runner(database).ApplyAsync(Sql.File(sql), Cancellation))).Fact.ShouldContain($"line {line} copies rows");
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('t') is null")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("begin;\ncreate table t (id int);\ncommit;")]
    [InlineData("begin; create table t (id int); commit; create unique index concurrently i on t (id); begin; insert into t values (1); end;")]
    [InlineData("create table t (id int); vacuum t; insert into t values (1)")]
    public async Task Own_transactions_and_statements_that_run_outside_one_are_applied_with_the_history_last(string sql)
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File(sql), Cancellation);
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('t') is not null")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<int>(database, "select cardinality(statements) from supabase_migrations.schema_migrations"))
            .ShouldBe(Sql.Texts(sql).Length);
    }

    [Fact]
    public async Task A_statement_outside_transactions_that_fails_leaves_no_invalid_index_and_the_same_deployment_goes_on_there()
    {
        var database = await server.CreateDatabaseAsync();
        var file = Sql.File("create table t (id int); insert into t values (1), (1); create unique index concurrently i on t (id); insert into t values (2)");
        (await Should.ThrowAsync<MigrationFailedException>(() => Runner(database).ApplyAsync(file, Cancellation))).Statement.ShouldBe(2);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_index where not indisvalid")).ShouldBe(0);
        (await Should.ThrowAsync<PartialMigrationException>(() => Runner(database, 2, "bbbb").ApplyAsync(file, Cancellation))).Fact.ShouldStartWith("2 of 4 statements");
        await PostgresServer.ExecuteAsync(database, "delete from t where ctid = (select max(ctid) from t)");
        await Runner(database).ApplyAsync(file, Cancellation);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from t")).ShouldBe(2);
    }

    [Fact]
    public async Task What_goes_on_after_an_interruption_has_the_settings_that_the_file_made_before()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create schema app; create table public.t (a int, legacy int); create table app.t (a int, legacy int); insert into app.t values (1, 1), (1, 1)");
        var file = Sql.File("set search_path = app; create table log (id int); create unique index concurrently i on t (a); alter table t drop column legacy");
        await Should.ThrowAsync<MigrationFailedException>(Runner(database).ApplyAsync(file, Cancellation));
        await PostgresServer.ExecuteAsync(database, "delete from app.t");

        await Runner(database).ApplyAsync(file, Cancellation);

        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_attribute where attrelid = 'public.t'::regclass and attname = 'legacy'")).ShouldBe(1);
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from pg_attribute where attrelid = 'app.t'::regclass and attname = 'legacy'")).ShouldBe(0);
        (await PostgresServer.ScalarAsync<string>(database, "select 'app.i'::regclass::text")).ShouldBe("app.i");
    }

    [Fact]
    public async Task A_deployment_with_a_lower_fencing_number_changes_nothing()
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database, fencingNumber: 7).ApplyAsync(Sql.File("create table a ()", "1"), Cancellation);
        await Should.ThrowAsync<FencedOutException>(() => Runner(database, fencingNumber: 6).ApplyAsync(Sql.File("create table b ()", "2"), Cancellation));
        (await PostgresServer.ScalarAsync<bool>(database, "select to_regclass('b') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Another_environments_database_is_refused()
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File("create table a ()", "1"), Cancellation);
        await PostgresServer.ExecuteAsync(database, "update maily_deploy.environment set name = 'production'");
        await Should.ThrowAsync<WrongEnvironmentException>(() => Runner(database).ApplyAsync(Sql.File("create table b ()", "2"), Cancellation));
    }

    // Whoever waited inside of a statement would hold a snapshot, for which the index waits, while the waiter waits for the index.
    [Fact]
    public async Task Two_migrators_at_once_apply_each_migration_once_also_where_it_builds_an_index_concurrently()
    {
        var database = await server.CreateDatabaseAsync();
        var file = Sql.File("create table t (id int); select pg_sleep(1); create index concurrently i on t (id)");
        await Task.WhenAll(Runner(database, 1, "aaaa").ApplyAsync(file, Cancellation), Runner(database, 1, "bbbb").ApplyAsync(file, Cancellation));
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(1);
        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'i'::regclass")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_migrator_that_waits_too_long_for_another_says_so()
    {
        var database = await server.CreateDatabaseAsync();
        await using var other = await PostgresServer.OpenAsync(database);
        await using var locked = new Npgsql.NpgsqlCommand("select pg_advisory_lock(hashtextextended('maily_deploy.migrate', 0))", other);
        await locked.ExecuteNonQueryAsync(Cancellation);
        await Should.ThrowAsync<MigrationLockHeldException>(() =>
            Runner(database, options: new() { Folder = "x", MigratorWait = TimeSpan.FromMilliseconds(200) }).ApplyAsync(Sql.File("select 1"), Cancellation));
    }

    [Fact]
    public async Task A_locked_table_is_tried_again_until_it_is_free()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table t ()");
        await using var other = await PostgresServer.OpenAsync(database);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await using var locked = new Npgsql.NpgsqlCommand("lock table t", other, transaction);
        await locked.ExecuteNonQueryAsync(Cancellation);
        var run = Runner(database, options: new() { Folder = "x", LockTimeout = TimeSpan.FromMilliseconds(100) }).ApplyAsync(Sql.File("alter table t add a int"), Cancellation);
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, Cancellation);
        await transaction.RollbackAsync(Cancellation);
        await run;
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(1);
    }

    [Fact]
    public async Task A_pooler_in_transaction_mode_is_refused()
    {
        var database = (await server.CreateDatabaseAsync()) with { Port = DatabaseSettings.TransactionPoolerPort };
        await Should.ThrowAsync<TransactionPoolerException>(() => Runner(database).ApplyAsync(Sql.File("select 1"), Cancellation));
    }

    [Theory]
    [InlineData("create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end; select f()")]
    [InlineData("create table t (a int); create rule r as on insert to t do also (notify t; select (1)); insert into t values (1)")]
    [InlineData("select E'it\\'s; so', '@name :other', $$ ; $$, '{\"a\": 1}'::jsonb @> '{}'; select 1 /* ; /* ; */ */")]
    [InlineData("do $do$ begin perform 1; end $do$")]
    public async Task What_the_splitter_takes_as_one_statement_reaches_the_server_as_one(string sql)
    {
        var database = await server.CreateDatabaseAsync();
        await Runner(database).ApplyAsync(Sql.File(sql), Cancellation);
        (await PostgresServer.ScalarAsync<string[]>(database, "select statements from supabase_migrations.schema_migrations")).ShouldBe(Sql.Texts(sql));
    }

    static MigrationRunner Runner(DatabaseSettings database, long fencingNumber = 1, string suffix = "aaaa", MigrationOptions? options = null) => new(
        new(database, new Deployed("", fencingNumber, suffix).Permit(new StepId("Migrate", "test"))), "test",
        options ?? new() { Folder = "supabase/migrations" }, TimeProvider.System, NullLogger.Instance);
}
