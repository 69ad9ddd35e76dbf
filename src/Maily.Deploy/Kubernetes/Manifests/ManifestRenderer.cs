using System.Collections.Immutable;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Renders overlays with kustomize, each once: what is deployed is what was validated.</summary>
public sealed class ManifestRenderer(ProcessRunner processes)
{
    readonly Once<string, ImmutableArray<KubernetesObject>> rendered = new(StringComparer.Ordinal);

    /// <summary>Which kubectl it is.</summary>
    /// <exception cref="CommandMissingException">There is none.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellation) =>
        (await processes.RunAsync(CommandLine.Of("kubectl", "version", "--client"), null, cancellation)).Split('\n')[0].Trim();

    /// <summary>The objects of a region as its overlay gives them, images not pinned yet.</summary>
    /// <exception cref="CommandFailedException">The overlay does not render; kustomize's words are the evidence.</exception>
    public Task<ImmutableArray<KubernetesObject>> RenderAsync(RegionSpec region, CancellationToken cancellation) => rendered.GetAsync(
        region.Overlay, async token => ManifestYaml.Parse(await processes.RunAsync(CommandLine.Of("kubectl", "kustomize", region.Overlay), null, token)), cancellation);
}
