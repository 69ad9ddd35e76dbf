using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Kubernetes.Waves;

/// <summary>
/// Watches what a wave rolled out until its bake time is over, and fails the wave when it does not stay healthy. The time counts
/// from the end of the rollouts: whoever goes on with a deployment watches what is left of it. Asking the run to stop ends the
/// watching at once.
/// </summary>
sealed class BakeStep(ImmutableArray<RegionSpec> wave, ClusterSettings settings, FindRollout find, TimeSpan time) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Probing;

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        // A wave that was as wanted already has nothing new to watch.
        (await RolloutsAsync(context, cancellation)).IsEmpty ? Finding.AsWanted(OutputsOf([])) : Finding.Absent;

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var (deployment, stop) = (context.Deployment, context.Deployment.Stop);
        var rollouts = await RolloutsAsync(deployment, cancellation);
        var until = rollouts.Max(rollout => rollout.At) + time;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stop);
        try
        {
            await Task.WhenAll(rollouts.Select(rollout => WatchAsync(rollout, until, deployment, either)));
        }
        catch (OperationCanceledException stopped) when (stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{Id} was stopped before its time was over.", stopped, stop);
        }

        return OutputsOf(rollouts);
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var unfinished = new List<string>();
        foreach (var rollout in await RolloutsAsync(context, cancellation))
        {
            var cluster = Read(rollout.Region, context);
            foreach (var key in rollout.Workloads)
                if (await cluster.FindAsync(key, cancellation) is not { } live)
                    unfinished.Add($"{rollout.Region}: {key}: absent");
                else if (RolloutStatus.Decide(live.Json) is { State: not RolloutState.Done } status)
                    unfinished.Add($"{rollout.Region}: {key}: {status.Text}");
        }

        return new Verification(unfinished.Count == 0, "every workload available", unfinished.Count == 0 ? "every workload available" : string.Join("; ", unfinished));
    }

    async Task WatchAsync(RegionRollout rollout, DateTimeOffset until, DeploymentContext context, CancellationTokenSource end)
    {
        var cluster = Read(rollout.Region, context);
        try
        {
            await new HealthWatch(cluster, settings.Patience, context.Time, context.Log).UntilAsync(rollout.Workloads, rollout.At, until, end.Token);
        }
        catch
        {
            // One bad region is enough: the others need not be watched to the end.
            await end.CancelAsync();
            throw;
        }
    }

    async Task<ImmutableArray<RegionRollout>> RolloutsAsync(DeploymentContext context, CancellationToken cancellation) =>
        [.. (await Task.WhenAll(wave.Select(region => find(region, context, cancellation)))).OfType<RegionRollout>()];

    ClusterReader Read(string region, DeploymentContext context) => new(wave.First(spec => spec.Name == region), settings, context.Time);

    static StepOutputs OutputsOf(ImmutableArray<RegionRollout> rollouts) =>
        StepOutputs.Of(("healthy", rollouts.IsEmpty ? "nothing was rolled out" : $"{rollouts.Sum(rollout => rollout.Workloads.Length)} workloads"));
}
