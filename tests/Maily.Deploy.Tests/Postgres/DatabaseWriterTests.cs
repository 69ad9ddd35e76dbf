using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Tests.Postgres;

/// <summary>What the end of a lease means for a transaction that is open then.</summary>
public sealed class DatabaseWriterTests(PostgresServer server)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_statement_that_runs_when_the_lease_ends_is_broken_off_and_leaves_nothing()
    {
        var (settings, connection) = await PrepareAsync();
        await using var open = connection;
        var begun = TimeProvider.System.GetTimestamp();
        var writer = WriterOf(settings, () => TimeSpan.FromMilliseconds(700) - TimeProvider.System.GetElapsedTime(begun));

        await Should.ThrowAsync<PermitExpiredException>(writer.InFencedTransactionAsync(connection, "test", async (_, token) =>
        {
            await connection.RunAsync("create table half_made ()", token);
            await connection.RunAsync("select pg_sleep(60)", token);
        }, Cancellation));

        TimeProvider.System.GetElapsedTime(begun).ShouldBeLessThan(TimeSpan.FromSeconds(20));
        (await PostgresServer.ScalarAsync<bool>(settings, "select to_regclass('half_made') is null")).ShouldBeTrue();
    }

    // A process that is suspended believes what it believed before: its clock stands still here.
    [Fact]
    public async Task A_transaction_that_stands_still_is_ended_by_the_server_so_that_it_cannot_be_committed_later()
    {
        var (settings, connection) = await PrepareAsync();
        await using var open = connection;
        var writer = WriterOf(settings, () => TimeSpan.FromMilliseconds(300));

        await Should.ThrowAsync<NpgsqlException>(writer.InFencedTransactionAsync(connection, "test", async (_, token) =>
        {
            await connection.RunAsync("create table half_made ()", token);
            await PostgresServer.UntilAsync(settings, "not exists (select 1 from pg_stat_activity where state = 'idle in transaction' and datname = current_database())");
        }, Cancellation));

        (await PostgresServer.ScalarAsync<bool>(settings, "select to_regclass('half_made') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_of_the_bound_is_left_on_the_connection()
    {
        var (settings, connection) = await PrepareAsync();
        await using var open = connection;

        await WriterOf(settings, () => TimeSpan.FromSeconds(30)).InFencedTransactionAsync(connection, "test", (_, token) => connection.RunAsync("create table made ()", token), Cancellation);

        (await connection.FindAsync<string>("show idle_in_transaction_session_timeout", Cancellation)).ShouldBe("0");
        (await PostgresServer.ScalarAsync<bool>(settings, "select to_regclass('made') is not null")).ShouldBeTrue();
    }

    async Task<(DatabaseSettings Settings, NpgsqlConnection Connection)> PrepareAsync()
    {
        var settings = await server.CreateDatabaseAsync();
        var connection = await PostgresServer.OpenAsync(settings);
        await MailySchema.EnsureAsync(connection, Cancellation);
        return (settings, connection);
    }

    static DatabaseWriter WriterOf(DatabaseSettings settings, Func<TimeSpan> left) => new(settings, new Deployed("").Permit(new StepId("Migrate", "test"), left));
}
