using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Applies one region's manifests and waits until they are rolled out.</summary>
sealed class DeployRegionStep(
    RegionSpec region, ClusterSettings settings, ReleaseManifests manifests, IReadOnlyDictionary<string, string> images) : Step
{
    /// <summary>The name of its way back.</summary>
    public const string Compensator = "kubernetes.manifests";

    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Reversible;

    /// <inheritdoc/>
    public override string CompensatorType => Compensator;

    StepOutputs Outputs => StepOutputs.Of(
        ("manifests", manifests.Hash), ("images", string.Join(' ', images.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))));

    /// <inheritdoc/>
    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var cluster = Read(context);
        var wanted = await WantedAsync(cluster, context, cancellation);
        return RestorePoint.Of(await RegionRestorePoint.CaptureAsync(cluster, wanted, settings.Parallel, cancellation));
    }

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var state = await StateAsync(context, cancellation);
        if (!state.IsAsWanted)
            return Finding.Absent;
        return state.Unmarked.IsEmpty ? Finding.ByThis(Outputs) : Finding.AsWanted(Outputs);
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        using var cluster = Read(context.Deployment);
        var log = context.Deployment.Log;
        var wanted = await WantedAsync(cluster, context.Deployment, cancellation);
        await new ManifestApply(cluster, new ClusterWriter(cluster, context.Permit, context.Deployment.Time), settings, context.Deployment.Time).RunAsync(wanted, settings.ForceConflicts, cancellation);
        log.LogInformation("{Region}: {Count} objects applied, waiting for rollouts", region.Name, wanted.Length);
        await new RolloutWait(cluster, settings.Patience, context.Deployment.Time, log)
            .ForAllAsync(wanted.Select(item => item.Key).Where(Workloads.RollsOut), cancellation);
        return Outputs;
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var state = await StateAsync(context, cancellation);
        var faults = state.Different.Concat(state.Unfinished).Concat(state.Unmarked.Select(item => $"{item}: not marked by {context.Id}")).ToArray();
        return new Verification(faults.Length == 0 && outputs["manifests"] == manifests.Hash, $"manifests {manifests.Hash[..12]} with {string.Join(", ", manifests.Images)}",
            faults.Length == 0 ? $"manifests {outputs["manifests"]}" : string.Join("; ", faults.Take(5)));
    }

    ClusterReader Read(DeploymentContext context) => new(region, settings, context.Time);

    async Task<RegionState> StateAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var cluster = Read(context);
        var wanted = await WantedAsync(cluster, context, cancellation);
        return await RegionState.ReadAsync(cluster, wanted, context.Id, settings.Parallel, cancellation);
    }

    async Task<ImmutableArray<KubernetesObject>> WantedAsync(ClusterReader cluster, DeploymentContext context, CancellationToken cancellation)
    {
        var placed = ImmutableArray.CreateBuilder<KubernetesObject>();
        foreach (var item in manifests.MarkedBy(context.Id))
            placed.Add(await cluster.PlaceAsync(item, cancellation));
        return placed.DrainToImmutable();
    }
}
