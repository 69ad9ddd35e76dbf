using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Maily.Deploy.Tests.Migrations;

/// <summary>Indexes that are built outside of transactions, and runs that end in the middle of it.</summary>
public sealed class LoneStatementTests(PostgresServer server) : IDisposable
{
    const string Build = "create unique index concurrently i on public.t (lower(a)) where b <> 'x'";
    const string Building = "exists (select from pg_stat_progress_create_index where datname = current_database() and index_relid <> 0)";

    readonly Deployed deployed = Deployed.InNewFolder();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => deployed.Dispose();

    [Fact]
    public async Task A_rollback_while_the_server_still_builds_ends_the_build_and_leaves_nothing()
    {
        var database = await DatabaseAsync();
        var (stage, step, point) = await CapturedAsync(database);
        await using var other = await PostgresServer.OpenAsync(database);
        await using var transaction = await WriterAsync(other);
        var applying = step.ApplyAsync(deployed.StepContext(step.Id), Cancellation);
        await PostgresServer.UntilAsync(database, Building);
        (await PostgresServer.ScalarAsync<string>(database, "select format('%s %s', statements_done, is_whole) from maily_deploy.applied_migrations")).ShouldBe("0 f");
        var compensating = CompensateAsync(stage, step, point);
        await PostgresServer.UntilAsync(database, $"not {Building}");
        await transaction.RollbackAsync(Cancellation);
        (await Should.ThrowAsync<MigrationFailedException>(applying)).SqlState.ShouldBe(PostgresErrorCodes.QueryCanceled);
        (await compensating).State.ShouldBe(CompensationState.Undone);
        (await LeftAsync(database)).ShouldBe("0 indexes, 0 marks");
    }

    [Theory]
    [InlineData("select 1")]
    [InlineData(Build)]
    [InlineData("insert into public.t values ('a', ''), ('A', '');" + Build)]
    public async Task A_rollback_after_a_kill_drops_the_index_however_far_it_was(string reached)
    {
        var database = await DatabaseAsync();
        var (stage, step, point) = await CapturedAsync(database);
        await KilledAsync(database, reached);
        var result = await CompensateAsync(stage, step, point);
        result.State.ShouldBe(CompensationState.Undone, result.Text);
        (await LeftAsync(database)).ShouldBe("0 indexes, 0 marks");
    }

    [Fact]
    public async Task A_block_that_was_begun_outside_of_transactions_is_not_called_undone()
    {
        var database = await DatabaseAsync();
        var (stage, step, point) = await CapturedAsync(database, "do $$ begin insert into public.t values ('a', ''); commit; raise 'no'; end $$");
        await Should.ThrowAsync<MigrationFailedException>(step.ApplyAsync(deployed.StepContext(step.Id), Cancellation));
        var result = await CompensateAsync(stage, step, point);
        result.State.ShouldBe(CompensationState.NeedsPerson);
        result.Text.ShouldContain("0 of 1 statements");
        result.Text.ShouldContain("may be applied or half applied too");
    }

    [Theory]
    [InlineData("select 1", true)]
    [InlineData(Build, true)]
    [InlineData("create unique index i on public.t using btree (lower(a)) where b <> 'x'", true)]
    [InlineData("insert into public.t values ('a', ''), ('A', '');" + Build + "; delete from public.t", true)]
    [InlineData("create unique index i on public.t (lower(b)) where b <> 'x'", false)]
    [InlineData("create index i on public.t (lower(a)) where b <> 'x'", false)]
    [InlineData("create unique index i on public.t (lower(a)) where b <> 'y'", false)]
    public async Task A_resumed_run_takes_the_index_as_done_where_it_is_that_one(string reached, bool isTaken)
    {
        var database = await DatabaseAsync();
        var (stage, step, point) = await CapturedAsync(database);
        await KilledAsync(database, reached);
        if (isTaken)
        {
            await step.ApplyAsync(deployed.StepContext(step.Id), Cancellation);
        }
        else
        {
            (await Should.ThrowAsync<MigrationFailedException>(step.ApplyAsync(deployed.StepContext(step.Id), Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.DuplicateTable);
            var result = await CompensateAsync(stage, step, point);
            result.State.ShouldBe(CompensationState.NeedsPerson, result.Text);
            result.Text.ShouldContain("whether the index i on public.t is its own cannot be told");
        }

        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'public.i'::regclass")).ShouldBeTrue();
        (await PostgresServer.ScalarAsync<long>(database, "select count(*) from supabase_migrations.schema_migrations")).ShouldBe(isTaken ? 1 : 0);
    }

    [Fact]
    public async Task A_resumed_run_recognises_a_list_as_the_server_writes_it()
    {
        const string listed = "create index concurrently i on public.t (a) where b in ('x', 'y')";
        var database = await DatabaseAsync();
        var (_, step, _) = await CapturedAsync(database, listed);
        await KilledAsync(database, listed);
        await step.ApplyAsync(deployed.StepContext(step.Id), Cancellation);
        (await PostgresServer.ScalarAsync<bool>(database, "select is_whole from maily_deploy.applied_migrations")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_resumed_run_that_fails_and_leaves_no_index_leaves_no_mark()
    {
        var database = await DatabaseAsync();
        var (_, step, _) = await CapturedAsync(database);
        await KilledAsync(database, "insert into public.t values ('a', ''), ('A', '')");
        (await Should.ThrowAsync<MigrationFailedException>(step.ApplyAsync(deployed.StepContext(step.Id), Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        (await LeftAsync(database)).ShouldBe("0 indexes, 0 marks");
    }

    [Theory]
    [InlineData("drop index concurrently public.i")]
    [InlineData("drop index concurrently if exists public.i")]
    public async Task A_resumed_run_takes_a_dropped_index_as_done(string drop)
    {
        var database = await DatabaseAsync();
        var (_, step, _) = await CapturedAsync(database, drop);
        await KilledAsync(database, "select 1");
        await step.ApplyAsync(deployed.StepContext(step.Id), Cancellation);
        (await PostgresServer.ScalarAsync<bool>(database, "select is_whole from maily_deploy.applied_migrations")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cancelled_run_leaves_no_invalid_index()
    {
        var database = await DatabaseAsync();
        await using var other = await PostgresServer.OpenAsync(database);
        await using var transaction = await WriterAsync(other);
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var applying = Runner(database).ApplyAsync(Sql.File(Build), abort.Token);
        await PostgresServer.UntilAsync(database, Building);
        await abort.CancelAsync();
        await PostgresServer.UntilAsync(database, $"not {Building}");
        await transaction.RollbackAsync(Cancellation);
        await Should.ThrowAsync<OperationCanceledException>(applying);
        (await LeftAsync(database)).ShouldBe("0 indexes, 1 marks");
    }

    [Fact]
    public async Task An_index_waits_for_a_transaction_that_is_open_longer_than_locks_are_waited_for()
    {
        var database = await DatabaseAsync();
        await using var other = await PostgresServer.OpenAsync(database);
        await using var transaction = await WriterAsync(other);
        var applying = Runner(database, TimeSpan.FromMilliseconds(100)).ApplyAsync(Sql.File(Build), Cancellation);
        await PostgresServer.UntilAsync(database, Building);
        await Task.Delay(TimeSpan.FromMilliseconds(500), Cancellation);
        applying.IsCompleted.ShouldBeFalse();
        await transaction.RollbackAsync(Cancellation);
        await applying;
        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'public.i'::regclass")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_index_that_cannot_be_dropped_does_not_hide_the_failure_and_goes_before_the_retry()
    {
        var database = await DatabaseAsync();
        var file = Sql.File(Build);
        await using (var other = await PostgresServer.OpenAsync(database))
        {
            await using var transaction = await WriterAsync(other);
            (await Should.ThrowAsync<MigrationFailedException>(Runner(database, statementTimeout: TimeSpan.FromSeconds(1)).ApplyAsync(file, Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.QueryCanceled);
        }

        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'public.i'::regclass")).ShouldBeFalse();
        await Runner(database).ApplyAsync(file, Cancellation);
        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'public.i'::regclass")).ShouldBeTrue();
    }

    [Theory]
    [InlineData(Build)]
    [InlineData("create unique index concurrently on public.t (lower(a))")]
    public async Task An_index_that_another_session_builds_meanwhile_is_left_alone(string build)
    {
        var database = await DatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table public.u (a int); insert into public.t values ('a', ''), ('A', '')");
        await using var other = await PostgresServer.OpenAsync(database);
        await using var held = await WriterAsync(other);
        await using var second = await PostgresServer.OpenAsync(database);
        await using var transaction = await WriterAsync(second, "public.u");
        var file = Sql.File(build);
        var applying = Runner(database, TimeSpan.FromMinutes(1)).ApplyAsync(file, Cancellation);
        await PostgresServer.UntilAsync(database, Building);
        var building = PostgresServer.ExecuteAsync(database, "create index concurrently theirs on public.u (a)");
        await PostgresServer.UntilAsync(database, "exists (select from pg_stat_progress_create_index where index_relid = to_regclass('public.theirs'))");
        await held.RollbackAsync(Cancellation);
        (await Should.ThrowAsync<MigrationFailedException>(applying)).SqlState.ShouldBe(PostgresErrorCodes.UniqueViolation);
        (await LeftAsync(database)).ShouldBe("0 indexes, 0 marks");
        await transaction.RollbackAsync(Cancellation);
        await building;
        (await PostgresServer.ScalarAsync<bool>(database, "select indisvalid from pg_index where indexrelid = 'public.theirs'::regclass")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_index_of_that_name_that_another_has_made_is_not_undone()
    {
        var database = await DatabaseAsync();
        await PostgresServer.ExecuteAsync(database, Build);
        var (stage, step, point) = await CapturedAsync(database);
        await Should.ThrowAsync<MigrationFailedException>(step.ApplyAsync(deployed.StepContext(step.Id), Cancellation));
        (await CompensateAsync(stage, step, point)).State.ShouldBe(CompensationState.Undone);
        (await LeftAsync(database)).ShouldBe("1 indexes, 0 marks");
    }

    async Task<DatabaseSettings> DatabaseAsync()
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table public.t (a text, b text)");
        return database;
    }

    async Task<(MigrateStage Stage, Step Step, RestorePoint Point)> CapturedAsync(DatabaseSettings database, string sql = Build)
    {
        var folder = Directory.CreateDirectory(Path.Combine(deployed.Folder, "migrations")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "20260101000000_test.sql"), sql, Cancellation);
        var stage = new MigrateStage(database, new() { Folder = folder, LockTimeout = TimeSpan.FromMinutes(1) });
        var step = (await stage.PlanAsync(deployed.Context, Cancellation)).Single();
        return (stage, step, await step.CaptureAsync(deployed.Context, Cancellation));
    }

    Task<CompensationResult> CompensateAsync(MigrateStage stage, Step step, RestorePoint point) =>
        stage.Compensators.Single().CompensateAsync(deployed.StepContext(step.Id), step.Id, point, StepOutputs.None, Cancellation);

    // What a run that was killed in its first statement leaves: the mark, and whatever the server went on to do.
    async Task KilledAsync(DatabaseSettings database, string reached)
    {
        await Runner(database).ApplyAsync(Sql.File("select 1"), Cancellation);
        await PostgresServer.ExecuteAsync(database, "update maily_deploy.applied_migrations set statements_done = 0, is_whole = false; delete from supabase_migrations.schema_migrations");
        foreach (var statement in reached.Split(';'))
            await Record.ExceptionAsync(() => PostgresServer.ExecuteAsync(database, statement));
    }

    static async Task<NpgsqlTransaction> WriterAsync(NpgsqlConnection connection, string table = "public.t")
    {
        var transaction = await connection.BeginTransactionAsync(Cancellation);
        await connection.RunAsync($"lock table {table} in row exclusive mode", Cancellation);
        return transaction;
    }

    static Task<string> LeftAsync(DatabaseSettings database) => PostgresServer.ScalarAsync<string>(database,
        "select format('%s indexes, %s marks', (select count(*) from pg_index where indrelid = 'public.t'::regclass), (select count(*) from maily_deploy.applied_migrations))");

    static MigrationRunner Runner(DatabaseSettings database, TimeSpan? lockTimeout = null, TimeSpan? statementTimeout = null) => new(
        new(database, new Deployed("", 1).Permit(new StepId("Migrate", "test"))), "test",
        new() { Folder = "supabase/migrations", LockTimeout = lockTimeout ?? TimeSpan.FromSeconds(4), StatementTimeout = statementTimeout ?? TimeSpan.FromMinutes(15) }, TimeProvider.System, NullLogger.Instance);
}
