using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Plans;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Removes what former releases brought to a region and this one does not hold, after the new one has proved itself.</summary>
sealed class PruneRegionStep(RegionSpec region, ClusterSettings settings, ReleaseManifests manifests) : Step
{
    /// <summary>The name of its way back.</summary>
    public const string Compensator = "kubernetes.prune";

    /// <summary>The Secrets that the manifests name and the secrets source holds.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Reversible;

    /// <inheritdoc/>
    public override string CompensatorType => Compensator;

    /// <inheritdoc/>
    public override async Task<StepPreview?> PreviewAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        return PrunePreview.Of((await StateAsync(cluster, context, cancellation)).Members);
    }

    /// <inheritdoc/>
    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var state = await StateAsync(cluster, context, cancellation);
        var captured = new List<CapturedObject>();
        foreach (var member in state.Leaving.Reverse().Where(member => !RegionRestorePoint.HoldsValues(member)))
            captured.Add(await RegionRestorePoint.CaptureAsync(cluster, member, cancellation));
        return RestorePoint.Of(RegionRestorePoint.Of(region.Name, captured) with { Set = RegionRestorePoint.CaptureSet(state.Wanted.Parent, state.Parent) });
    }

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var state = await StateAsync(cluster, context, cancellation);
        if (!state.IsDone)
            return Finding.Absent;
        // Nothing to remove is nothing done, also where the books bear this deployment's mark since it applied the release.
        return Finding.AsWanted(OutputsOf(state));
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = Read(context.Deployment);
        var writer = new ClusterWriter(cluster, context.Permit, context.Deployment.Time);
        var state = await StateAsync(cluster, context.Deployment, cancellation);
        foreach (var member in state.Leaving)
            context.Deployment.Log.LogInformation("{Region}: {Object} is pruned", region.Name, member.Key);
        await new Removal(cluster, context.Deployment.Time).RunAsync(writer, state.Leaving, settings.Parallel, cancellation);
        await new ApplySetBooks(cluster, writer, settings).WriteAsync(state.Wanted.Parent, state.Content, state.Parent?.Annotation(Marks.Deployment), cancellation);
        await RecordAsync(cluster, writer, context.Deployment, state.Wanted, cancellation);
        return OutputsOf(state);
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var fault = (await StateAsync(cluster, context, cancellation)).Fault;
        return new Verification(fault is null, "no member that the release does not hold", fault ?? "none");
    }

    static StepOutputs OutputsOf(PruneState state) => StepOutputs.Of(("pruned", string.Join(", ", state.Leaving.Select(member => member.Key))));

    ClusterReader Read(DeploymentContext context) => new(region, settings, context.Time);

    // A release that only lets objects go found the others as wanted, and so has no record yet.
    async Task RecordAsync(ClusterReader cluster, ClusterWriter writer, DeploymentContext context, RegionManifests wanted, CancellationToken cancellation)
    {
        var release = new RegionRelease(cluster, settings, Id.Stage, manifests);
        if (wanted.Names is { } names && await release.Archive.FindAsync(context.Id, cancellation) is null)
            await release.RecordAsync(writer, context, names, wanted.Objects, cancellation);
    }

    async Task<PruneState> StateAsync(ClusterReader cluster, DeploymentContext context, CancellationToken cancellation)
    {
        var wanted = await new RegionRelease(cluster, settings, Id.Stage, manifests).PlaceAsync(Secrets, context.Id, cancellation);
        return await PruneState.ReadAsync(cluster, settings, wanted, cancellation);
    }
}
