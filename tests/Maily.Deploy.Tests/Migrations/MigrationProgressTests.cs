using Maily.Deploy.Migrations;
using Maily.Deploy.Postgres;
using Maily.Deploy.Tests.Postgres;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Tests.Migrations;

public sealed class MigrationProgressTests(PostgresServer server)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false, LogLevel.Information, "1_a: `update t set id = 2 where pg_sleep(", "` runs for ")]
    [InlineData(true, LogLevel.Warning, "1_a: `update t set id = 2 where pg_sleep(", "` waits for ", " s for process ", "(postgres, idle in transaction, since ")]
    public async Task What_takes_long_is_told_with_its_statement_and_for_whom_it_waits(bool isLocked, LogLevel level, params string[] told)
    {
        var database = await server.CreateDatabaseAsync();
        await PostgresServer.ExecuteAsync(database, "create table t (id int); insert into t values (1)");
        await using var other = await PostgresServer.OpenAsync(database);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        if (isLocked)
            await other.RunAsync("lock table t", Cancellation);
        await using var connection = await PostgresServer.OpenAsync(database);
        var log = new LogLines(level);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var running = new MigrationProgress(database, TimeProvider.System, log) { Every = TimeSpan.FromMilliseconds(100) }
            .WatchAsync("1_a", connection, () => connection.RunAsync("update t\n  set id = 2\n  where pg_sleep(120) is not null", enough.Token), Cancellation);
        var begun = TimeProvider.System.GetTimestamp();
        while (!log.All.Any(line => told.All(line.Contains)))
        {
            TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(Limit, string.Join(Environment.NewLine, log.All));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        }

        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    [Fact]
    public async Task What_is_over_at_once_is_not_told()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await PostgresServer.OpenAsync(database);
        var log = new LogLines();
        await new MigrationProgress(database, TimeProvider.System, log).WatchAsync("1_a", connection, () => connection.RunAsync("select 1", Cancellation), Cancellation);
        log.All.ShouldBeEmpty();
    }
}
