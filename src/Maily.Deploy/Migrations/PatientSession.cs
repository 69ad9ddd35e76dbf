using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Concurrent builds and drops of indexes wait for all transactions that are older, a long report's for instance, and keep nobody waiting meanwhile:
/// the time-out for locks, which guards against queues, is none of theirs. The one for statements bounds them.
/// </summary>
static class PatientSession
{
    /// <summary>Whether a statement is of that kind. What detaches a partition takes a stronger lock on it.</summary>
    public static bool IsFor(SqlStatement statement) => statement.StartsWith("CREATE|DROP|REINDEX") && statement.Words.Contains("CONCURRENTLY", StringComparer.Ordinal);

    /// <summary>Runs something in the session without that time-out.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, Func<Task> run, CancellationToken cancellation)
    {
        var before = await connection.FindAsync<string>("show lock_timeout", cancellation) ?? "0";
        await connection.RunAsync("set lock_timeout = 0", cancellation);
        try
        {
            await run();
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await connection.RunAsync("select set_config('lock_timeout', $1, false)", CancellationToken.None, before);
        }
    }
}
