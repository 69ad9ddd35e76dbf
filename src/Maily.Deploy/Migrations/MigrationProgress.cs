using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>Tells of a migration that takes long which statement runs and for how long, or for whom it waits; asked over a connection of its own.</summary>
sealed class MigrationProgress(DatabaseSettings settings, TimeProvider time, ILogger log)
{
    const string Sql = """
        select extract(epoch from clock_timestamp() - a.query_start)::float8, regexp_replace(left(a.query, 100), '\s+', ' ', 'g'),
            (select string_agg(format('process %s (%s, %s, since %s s)', b.pid, b.usename, b.state, extract(epoch from clock_timestamp() - b.state_change)::int), ', ') from pg_stat_activity b where b.pid = any(pg_blocking_pids(a.pid)))
        from pg_stat_activity a where a.pid = $1 and a.state = 'active'
        """;

    /// <summary>How long a migration runs before it is told of, and then between two lines.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Watches while the work is done.</summary>
    public async Task WatchAsync(string title, NpgsqlConnection running, Func<Task> work, CancellationToken cancellation)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = TellAsync(title, running.ProcessID, done.Token);
        try
        {
            await work();
        }
        finally
        {
            await done.CancelAsync();
            await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task TellAsync(string title, int process, CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(Every, time, cancellation);
            try
            {
                await TellOnceAsync(title, process, cancellation);
            }
            catch (Exception unknown) when (unknown is NpgsqlException or DeployException)
            {
                log.LogDebug("{Migration}: how far it is cannot be asked: {Reason}", title, unknown.Message);
            }
        }
    }

    async Task TellOnceAsync(string title, int process, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        await using var command = connection.CommandOf(Sql, process);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
            return;
        var (seconds, statement) = (reader.GetDouble(0), reader.GetString(1));
        if (await reader.IsDBNullAsync(2, cancellation))
            log.LogInformation("{Migration}: `{Statement}` runs for {Seconds:0} s", title, statement, seconds);
        else
            log.LogWarning("{Migration}: `{Statement}` waits for {Seconds:0} s for {Blocking}", title, statement, seconds, reader.GetString(2));
    }
}
