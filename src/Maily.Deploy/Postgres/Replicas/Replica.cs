using System.Collections.Immutable;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Postgres.Replicas;

/// <summary>A server that repeats what the primary does and answers readers.</summary>
/// <param name="Settings">Where it is.</param>
public sealed record Replica(DatabaseSettings Settings)
{
    /// <summary>The variable that names them: connection strings with commas between.</summary>
    public const string Variable = "SUPABASE_REPLICA_URLS";

    const string StateSql = "select pg_is_in_recovery(), case when pg_is_in_recovery() then pg_get_wal_replay_pause_state() else '' end, coalesce(pg_last_wal_replay_lsn(), '0/0')::text";

    /// <summary>Host and port, as steps and people call it.</summary>
    public string Name => $"{Settings.Host}:{Settings.Port}";

    /// <summary>Those that the variable names; none where it is not set.</summary>
    /// <exception cref="MalformedVariableException">One is no connection string.</exception>
    public static ImmutableArray<Replica> From(Variables variables) => variables.Find(Variable) is not { } text ? []
        : [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(url => new Replica(ConnectionText.Parse(Variable, url)))];

    /// <summary>What it says of itself now.</summary>
    /// <exception cref="DatabaseUnreachableException">It does not answer.</exception>
    public async Task<ReplicaState> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(Settings).OpenAsync(cancellation);
        await using var command = connection.CommandOf(StateSql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new(reader.GetBoolean(0), reader.GetString(1) is "paused" or "pause requested", NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(reader.GetString(2)));
    }
}

/// <summary>What a replica says of itself.</summary>
/// <param name="IsReplica">Whether it repeats a primary at all.</param>
/// <param name="IsPaused">Whether somebody has stopped it.</param>
/// <param name="Replayed">How far it has come in the primary's log.</param>
public sealed record ReplicaState(bool IsReplica, bool IsPaused, NpgsqlTypes.NpgsqlLogSequenceNumber Replayed)
{
    /// <summary>How many bytes of the primary's log it lacks.</summary>
    public ulong Behind(NpgsqlTypes.NpgsqlLogSequenceNumber primary) => (ulong)primary > (ulong)Replayed ? (ulong)primary - (ulong)Replayed : 0;
}

/// <summary>How far behind replicas may be.</summary>
public sealed record ReplicaOptions
{
    /// <summary>Bytes of log that a replica may lack before a deployment begins.</summary>
    public ulong Lag { get; init; } = 64 << 20;

    /// <summary>How long to wait after a migration until all have it.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Where the primary's log ends.</summary>
static class PrimaryLog
{
    const ulong Page = 8192;

    /// <summary>The end of its last record, written to its disk or not: where commits do not wait for that, a migration may not be written yet.</summary>
    public static async Task<NpgsqlTypes.NpgsqlLogSequenceNumber> EndAsync(DatabaseSettings primary, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(primary).OpenAsync(cancellation);
        return EndOfRecord(NpgsqlTypes.NpgsqlLogSequenceNumber.Parse(await connection.FindAsync<string>("select pg_current_wal_insert_lsn()::text", cancellation) ?? "0/0"));
    }

    /// <summary>Where the last record ends before the place of the next one: on a new page that stands behind the page's header, which no replica ever reports.</summary>
    internal static NpgsqlTypes.NpgsqlLogSequenceNumber EndOfRecord(NpgsqlTypes.NpgsqlLogSequenceNumber next) =>
        (ulong)next % Page is (24 or 40) and var header ? new((ulong)next - header) : next;
}
