using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;
using NpgsqlTypes;

namespace Maily.Deploy.Postgres.Replicas;

/// <summary>Waits until a replica has all that the primary had when the step began, so that nobody reads an old schema from it. Changes nothing.</summary>
sealed class ReplicaStep(DatabaseSettings primary, Replica replica, ReplicaOptions options) : Step
{
    const string Position = "replayed";

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    public override StepKind Kind => StepKind.Probing;

    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => Task.FromResult(Finding.Absent);

    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var (time, log) = (context.Deployment.Time, context.Deployment.Log);
        var wanted = await PrimaryLog.EndAsync(primary, cancellation);
        var begun = time.GetTimestamp();
        for (var told = false; ; await Task.Delay(Look, time, cancellation))
        {
            var state = await TryReadAsync(cancellation);
            if (state is { IsReplica: false } or { IsPaused: true })
                throw new ReplicaBehindException(replica, state.IsReplica ? "its replay was paused" : "it is no replica any more");
            if (state?.Behind(wanted) == 0)
                return StepOutputs.Of((Position, ((ulong)wanted).ToString(CultureInfo.InvariantCulture)));
            if (time.GetElapsedTime(begun) >= options.Patience)
                throw new ReplicaBehindException(replica, state is null ? $"it does not answer for {options.Patience.TotalSeconds:0} s" : $"it lacks {state.Behind(wanted):n0} bytes of the log after {options.Patience.TotalSeconds:0} s");
            if (!told)
                log.LogInformation("{Replica}: waits until it has replayed {Position}", replica.Name, wanted);
            told = true;
        }
    }

    // A replica that restarts comes back.
    async Task<ReplicaState?> TryReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await replica.ReadAsync(cancellation);
        }
        catch (DatabaseUnreachableException)
        {
            return null;
        }
    }

    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var wanted = new NpgsqlLogSequenceNumber(ulong.Parse(outputs[Position] ?? "0", CultureInfo.InvariantCulture));
        var state = await replica.ReadAsync(cancellation);
        return Verification.Compare("it has replayed the migrations", state.IsReplica && state.Behind(wanted) == 0 ? "it has replayed the migrations" : $"it is at {state.Replayed}, not at {wanted}");
    }
}

/// <summary>A replica does not come to the migrations in time.</summary>
public sealed class ReplicaBehindException(Replica replica, string reason)
    : DeployException($"The replica {replica.Name} does not have the migrations: {reason}.", "Readers of it would see the old schema: see what holds it up, or take it out of SUPABASE_REPLICA_URLS.");
