using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Kubernetes.Regions;
using Maily.Deploy.Kubernetes.Releases;
using Maily.Deploy.Kubernetes.Waves;

namespace Maily.Deploy.Kubernetes;

/// <summary>
/// Plans <c>DeployK8s</c>: one step for each region, wave after wave, and one that watches a wave before the next; at last, when all
/// have proved themselves, one for each region that prunes. Outputs of a region's step: <c>manifests</c>, the hash of what was
/// applied, and <c>images</c>, <c>name=reference</c> pairs split by spaces.
/// </summary>
public sealed class DeployK8sStage(
    ImmutableArray<RegionSpec> regions, ClusterSettings clusters, ImmutableArray<ImageSpec> images, ImageSettings registry, ManifestRenderer renderer) : IStagePlanner
{
    const int RegionsAtOnce = 4;

    SemaphoreSlim Turns { get; } = new(RegionsAtOnce);

    /// <summary>The name of the stage that deploys the base.</summary>
    public const string Standard = "DeployK8s";

    /// <summary>What is asked of manifests; null asks nothing.</summary>
    public ManifestGate? Gate { get; init; }

    /// <summary>Whether images must be scanned before; null leaves it open.</summary>
    public ScanGate? Scans { get; init; }

    /// <inheritdoc/>
    public string Stage { get; init; } = Standard;

    /// <summary>What happens around each region's change.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <summary>The Secrets that come from the secrets source.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <summary>Objects that no overlay holds.</summary>
    public ImmutableArray<KubernetesObject> Generated { get; init; } = [];

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [new ManifestsCompensator(regions, Settings) { Hook = Hook }, new PruneCompensator(regions, Settings)];

    // Each stage has a set of its own, or it would prune what the other one applied.
    ClusterSettings Settings => Stage == Standard ? clusters : clusters with { ApplySet = $"{clusters.ApplySet}-{Stage.ToLowerInvariant()}" };

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var waves = new RegionWaves(Stage, regions, clusters, FindRolloutAsync);
        ImmutableArray<RegionSpec> ordered = [.. waves.Ordered];
        var rendered = await RenderAsync(ordered, cancellation);
        if (Gate is not null)
            foreach (var (region, objects) in ordered.Zip(rendered))
                await Gate.AdmitAsync(region, objects, pinned: false, context.Log, cancellation);
        var references = await ImageDigests.ResolveAsync(context, images, registry, cancellation);
        Scans?.Admit(context, references);
        var manifests = ordered.Zip(rendered, (region, objects) => (Region: region, Manifests: ReleaseManifests.Of([.. objects, .. Generated], references))).ToImmutableArray();
        // A plan alone rests on it; without one it is the same.
        var foreseen = context.IsForeseen || context.Plan is not null ? await ImageDigests.ForeseeAsync(context, images, registry, cancellation) : null;
        var steps = waves.With(manifests.Zip(rendered, (item, objects) => StepOf(item.Region, item.Manifests, waves, references,
            foreseen is null ? item.Manifests : ReleaseManifests.Of([.. objects, .. Generated], foreseen))).ToImmutableDictionary(step => step.Id.Name, step => (Step)step, StringComparer.Ordinal));
        return [.. steps, .. manifests.Select(item => PruneOf(item.Region, item.Manifests, [.. steps.Select(step => step.Id)]))];
    }

    // By the release's record in the cluster: a region that this deployment found as wanted has none of it.
    async Task<RegionRollout?> FindRolloutAsync(RegionSpec region, DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = new ClusterReader(region, clusters, context.Time);
        return await new ReleaseArchive(cluster, clusters.Namespace, Stage).FindAsync(context.Id, cancellation) is { } release
            ? new(region.Name, release.At, [.. release.ToObjects().Select(item => item.Key).Where(Workloads.RollsOut)]) : null;
    }

    // Each rendering is a process of its own: no more of them than there are processors.
    async Task<ImmutableArray<KubernetesObject>[]> RenderAsync(ImmutableArray<RegionSpec> ordered, CancellationToken cancellation)
    {
        var rendered = new ImmutableArray<KubernetesObject>[ordered.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForAsync(0, ordered.Length, limit, async (at, token) => rendered[at] = await renderer.RenderAsync(ordered[at], token));
        return rendered;
    }

    PruneRegionStep PruneOf(RegionSpec region, ReleaseManifests manifests, ImmutableArray<StepId> all) => new(region, Settings, manifests)
    {
        Id = new StepId(Stage, $"{region.Name}-prune"), Title = $"prune what {region.Name} has of former releases", After = all, Secrets = Secrets,
    };

    DeployRegionStep StepOf(RegionSpec region, ReleaseManifests manifests, RegionWaves waves, ImmutableSortedDictionary<string, string> references, ReleaseManifests foreseen) =>
        new(region, Settings, manifests, references)
        {
            Foreseen = foreseen,
            Id = waves.IdOf(region), Title = $"apply {manifests.Objects.Length} objects to {region.Name} and wait for their rollouts",
            After = waves.Before(region), Hook = Hook, Secrets = Secrets, Gate = Gate, Turns = Turns,
        };
}
