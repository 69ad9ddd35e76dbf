using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Kubernetes;

/// <summary>
/// Plans <c>DeployK8s</c>: one step for each region, wave after wave. Outputs of a step: <c>manifests</c>, the hash of what was
/// applied, and <c>images</c>, <c>name=reference</c> pairs split by spaces.
/// </summary>
public sealed class DeployK8sStage(
    ImmutableArray<RegionSpec> regions, ClusterSettings clusters, ImmutableArray<ImageSpec> images, ImageSettings registry, ManifestRenderer renderer) : IStagePlanner
{
    /// <inheritdoc/>
    public string Stage => "DeployK8s";

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [new ManifestsCompensator(regions, clusters)];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var references = await ImageDigests.ResolveAsync(context, images, registry, cancellation);
        var ordered = regions.OrderBy(region => region.Wave).ThenBy(region => region.Name, StringComparer.Ordinal);
        return [.. await Task.WhenAll(ordered.Select(region => StepOfAsync(region, references, cancellation)))];
    }

    async Task<Step> StepOfAsync(RegionSpec region, ImmutableSortedDictionary<string, string> references, CancellationToken cancellation)
    {
        var manifests = ReleaseManifests.Of(await renderer.RenderAsync(region, cancellation), references);
        return new DeployRegionStep(region, clusters, manifests, references)
        {
            Id = IdOf(region), Title = $"apply {manifests.Objects.Length} objects to {region.Name} and wait for their rollouts",
            After = [.. regions.Where(former => former.Wave < region.Wave).OrderBy(former => former.Name, StringComparer.Ordinal).Select(IdOf)],
        };
    }

    StepId IdOf(RegionSpec region) => new(Stage, region.Name);
}
