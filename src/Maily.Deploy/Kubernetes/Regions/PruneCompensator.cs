using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Applies again what was pruned from a region.</summary>
sealed class PruneCompensator(ImmutableArray<RegionSpec> regions, ClusterSettings settings) : ICompensator
{
    /// <inheritdoc/>
    public string Type => PruneRegionStep.Compensator;

    /// <inheritdoc/>
    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<RegionRestorePoint>();
        if (regions.FirstOrDefault(region => region.Name == point.Region) is not { } region)
            return CompensationResult.NeedsPerson($"the region {point.Region} is not declared any more; declare it, or apply again by hand what was pruned there");
        var cluster = new ClusterReader(region, settings, context.Deployment.Time);
        var writer = new ClusterWriter(cluster, context.Permit, context.Deployment.Time);
        // Where the region's own step changed the set before, it is undone next: what comes back here may need what only that brings back.
        var stands = point.Set?.Deployment == context.Deployment.Id.Value;
        var result = await new RegionUndo(cluster, writer, settings, context.Deployment) { Waits = !stands }.RunAsync(FormerState.Captured(point.Unpack()), point.Set, cancellation);
        // What is undone is no release to go back to; the step before may have written none.
        await new ReleaseArchive(cluster, settings.Namespace, step.Stage).RemoveAsync(writer, context.Deployment.Id, cancellation);
        return result;
    }
}
