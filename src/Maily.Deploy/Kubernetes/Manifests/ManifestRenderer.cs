using System.Collections.Immutable;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Renders overlays with kustomize, each once: what is deployed is what was validated.</summary>
public sealed class ManifestRenderer(ProcessRunner processes)
{
    static readonly ImmutableDictionary<string, string> Tuning = WithoutTidying();

    readonly Once<string, ImmutableArray<KubernetesObject>> rendered = new(StringComparer.Ordinal);

    /// <summary>Which kubectl it is.</summary>
    /// <exception cref="CommandMissingException">There is none.</exception>
    public async Task<string> VersionAsync(CancellationToken cancellation) =>
        (await processes.RunAsync(CommandLine.Of("kubectl", "version", "--client"), null, cancellation)).Split('\n')[0].Trim();

    /// <summary>The objects of a region as its overlay gives them, images not pinned yet.</summary>
    /// <exception cref="CommandFailedException">The overlay does not render; kustomize's words are the evidence.</exception>
    public Task<ImmutableArray<KubernetesObject>> RenderAsync(RegionSpec region, CancellationToken cancellation) => rendered.GetAsync(
        region.Overlay, async token => ManifestYaml.Parse(await processes.RunAsync(CommandLine.Of("kubectl", "kustomize", region.Overlay) with { Tuning = Tuning }, null, token)), cancellation);

    // It lives for a moment, of which it would spend a third on tidying up its memory; where somebody has set Go's variables, these hold.
    static ImmutableDictionary<string, string> WithoutTidying()
    {
        string[] names = ["GOGC", "GOMEMLIMIT"];
        return names.Any(name => Environment.GetEnvironmentVariable(name) is not null)
            ? ImmutableDictionary<string, string>.Empty
            : names.Zip(["off", "512MiB"], KeyValuePair.Create).ToImmutableDictionary(StringComparer.Ordinal);
    }
}
