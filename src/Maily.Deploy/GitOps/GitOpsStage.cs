using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Processes;

namespace Maily.Deploy.GitOps;

/// <summary>
/// Plans <c>DeployK8s</c> where releases reach the clusters through Argo CD: one commit for each region, wave after wave. Outputs of a
/// step: those of <see cref="DeployK8sStage"/>, and <c>revision</c>, the commit.
/// </summary>
/// <param name="regions">The regions.</param>
/// <param name="clusters">How their clusters are reached.</param>
/// <param name="settings">The repository and the Applications.</param>
/// <param name="images">The declared images.</param>
/// <param name="registry">Where they lie.</param>
/// <param name="renderer">Renders overlays.</param>
/// <param name="processes">Runs git.</param>
public sealed class GitOpsStage(
    ImmutableArray<RegionSpec> regions, ClusterSettings clusters, Func<GitOpsSettings> settings, ImmutableArray<ImageSpec> images, ImageSettings registry,
    ManifestRenderer renderer, ProcessRunner processes) : IStagePlanner
{
    /// <summary>What is asked of manifests; null asks nothing.</summary>
    public ManifestGate? Gate { get; init; }

    /// <summary>Whether images must be scanned before; null leaves it open.</summary>
    public ScanGate? Scans { get; init; }

    /// <summary>The Secrets that the manifests name and the secrets source holds: this program makes them, since no value is ever committed.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <summary>What happens around each region's change: where its traffic is drained and filled again.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <inheritdoc/>
    public string Stage => DeployK8sStage.Standard;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [new CommitCompensator(regions, clusters, settings, processes) { Hook = Hook }];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var references = await ImageDigests.ResolveAsync(context, images, registry, cancellation);
        Scans?.Admit(context, references);
        var waves = new RegionWaves(Stage, regions, clusters, FindRolloutAsync);
        var steps = await Task.WhenAll(waves.Ordered.Select(region => StepOfAsync(region, waves, references, context, cancellation)));
        return waves.With(steps.ToImmutableDictionary(step => step.Id.Name, StringComparer.Ordinal));
    }

    // By what the region's step has written down; what it runs lies in its folder.
    async Task<RegionRollout?> FindRolloutAsync(RegionSpec region, DeploymentContext context, CancellationToken cancellation)
    {
        if (context.OutputsOf(Stage).FirstOrDefault(step => step.Name == region.Name).Outputs?[CommitRegionStep.RolledOut] is not { } at)
            return null;
        using var clone = await ManifestsClone.OpenAsync(settings().Repository, processes, cancellation);
        var objects = await new RegionFolder(clone.Folder, GitOpsSettings.PathOf(region)).ReadAsync(cancellation);
        return new(region.Name, DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), [.. objects.Select(item => item.Key).Where(Workloads.RollsOut)]);
    }

    async Task<Step> StepOfAsync(RegionSpec region, RegionWaves waves, ImmutableSortedDictionary<string, string> references, DeploymentContext context, CancellationToken cancellation)
    {
        var manifests = ReleaseManifests.Of(await renderer.RenderAsync(region, cancellation), references);
        // As they are committed: with images by digest.
        if (Gate is not null)
            await Gate.AdmitAsync(region, manifests.Objects, pinned: true, context.Log, cancellation);
        return new CommitRegionStep(region, clusters, settings(), manifests, references, processes)
        {
            Id = waves.IdOf(region), Title = $"commit {manifests.Objects.Length} objects to {GitOpsSettings.PathOf(region)} of {settings().Repository} and wait for Argo CD",
            After = waves.Before(region), Hook = Hook, Secrets = Secrets,
        };
    }
}
