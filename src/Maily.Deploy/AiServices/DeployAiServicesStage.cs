using System.Collections.Immutable;
using Maily.Deploy.AiServices.Routing;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Scanning;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.AiServices;

/// <summary>
/// Plans <c>DeployAiServices</c>: the services that talk to providers of models, region by region as <c>DeployK8s</c> does, with
/// the routing as a ConfigMap and the providers' keys as a Secret. A set of its own: it rolls out after the base, and has its own
/// releases.
/// </summary>
/// <param name="regions">The regions with the overlays of these services.</param>
/// <param name="clusters">How clusters are reached.</param>
/// <param name="images">The services' images.</param>
/// <param name="registry">Where they are served.</param>
/// <param name="renderer">Renders overlays.</param>
/// <param name="routing">The routing file.</param>
public sealed class DeployAiServicesStage(
    ImmutableArray<RegionSpec> regions, ClusterSettings clusters, ImmutableArray<ImageSpec> images, ImageSettings registry, ManifestRenderer renderer, string routing)
    : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "DeployAiServices";

    /// <summary>The Secret's name in manifests; its keys are the variables' names.</summary>
    public const string Keys = "ai-provider-keys";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <summary>The Secrets that come from the secrets source.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <summary>What is asked of manifests; null asks nothing.</summary>
    public ManifestGate? Gate { get; init; }

    /// <summary>Whether images must be scanned before; null leaves it open.</summary>
    public ScanGate? Scans { get; init; }

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => Set([]).Compensators;

    /// <summary>The keys of all providers that are set; null where none is.</summary>
    public static ClusterSecret? KeysOf(Variables variables) => ClusterSecret.FromVariables(Keys, variables, AiProvider.All.Select(provider => provider.KeyVariable));

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) =>
        await Set([RoutingConfig.ToConfigMap(await RoutingReader.ReadAsync(routing, cancellation))]).PlanAsync(context, cancellation);

    DeployK8sStage Set(ImmutableArray<KubernetesObject> generated) =>
        new(regions, clusters, images, registry, renderer) { Stage = Name, Secrets = Secrets, Generated = generated, Gate = Gate, Scans = Scans };
}
