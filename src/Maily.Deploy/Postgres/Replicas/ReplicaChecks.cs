using System.Collections.Immutable;
using Maily.Deploy.Migrations;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Postgres.Replicas;

/// <summary>What Validate asks each replica: whether it repeats the primary, is not paused, and is not far behind.</summary>
public static class ReplicaChecks
{
    /// <summary>One check a replica.</summary>
    public static IEnumerable<Check> For(DatabaseSettings primary, ImmutableArray<Replica> replicas, ReplicaOptions options) =>
        replicas.Select(replica => new Check("Replicas", replica.Name, cancellation => AskAsync(primary, replica, options, cancellation)) { Stages = [MigrateStage.Name, VerifySchemaStage.Name] });

    static async Task<CheckResult> AskAsync(DatabaseSettings primary, Replica replica, ReplicaOptions options, CancellationToken cancellation)
    {
        // The primary first: what it writes meanwhile is no lag.
        var end = await PrimaryLog.EndAsync(primary, cancellation);
        var state = await replica.ReadAsync(cancellation);
        return state switch
        {
            { IsReplica: false } => CheckResult.Fail("it is no replica", $"Correct {Replica.Variable}."),
            { IsPaused: true } => CheckResult.Fail("its replay is paused: it would never see the migration", "Run `select pg_wal_replay_resume()` there, or find out who paused it."),
            _ when state.Behind(end) is var behind && behind > options.Lag => CheckResult.Fail($"it is {behind / 1e6:n0} MB behind the primary", "Wait until it has caught up, or take it out."),
            _ => CheckResult.Pass($"replays, {state.Behind(end) / 1e6:n1} MB behind"),
        };
    }
}
