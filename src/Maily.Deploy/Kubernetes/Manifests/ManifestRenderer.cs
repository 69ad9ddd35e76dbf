using System.Collections.Immutable;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Renders overlays with kustomize.</summary>
public sealed class ManifestRenderer(ProcessRunner processes)
{
    /// <summary>The command that renders an overlay.</summary>
    public static CommandLine CommandFor(RegionSpec region) => CommandLine.Of("kubectl", "kustomize", region.Overlay);

    /// <summary>The objects of a region as its overlay gives them, images not pinned yet.</summary>
    /// <exception cref="CommandFailedException">The overlay does not render; kustomize's words are the evidence.</exception>
    public async Task<ImmutableArray<KubernetesObject>> RenderAsync(RegionSpec region, CancellationToken cancellation) =>
        ManifestYaml.Parse(await processes.RunAsync(CommandFor(region), null, cancellation));
}
