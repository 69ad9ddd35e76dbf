using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>Lets manifests of one part of a deployment through, or refuses them.</summary>
public sealed record ManifestGate
{
    /// <summary>What each finding means.</summary>
    public required ManifestPolicy Policy { get; init; }

    /// <summary>Where namespaced objects go that name no namespace.</summary>
    public string Namespace { get; init; } = "maily";

    /// <summary>Names of images that the deployment puts in by digest.</summary>
    public ImmutableHashSet<string> Declared { get; init; } = [];

    /// <summary>What other parts of the deployment apply to the same cluster, by region: its policies and quotas hold here too. Null: nothing.</summary>
    public Func<RegionSpec, CancellationToken, Task<ImmutableArray<KubernetesObject>>>? Elsewhere { get; init; }

    /// <summary>Judges what kustomize has rendered, or, once images are put in, what is about to be applied.</summary>
    /// <param name="objects">The objects.</param>
    /// <param name="pinned">Whether images are put in.</param>
    /// <param name="elsewhere">What other parts apply to the same cluster.</param>
    public PolicyVerdict Judge(ImmutableArray<KubernetesObject> objects, bool pinned, ImmutableArray<KubernetesObject> elsewhere = default) =>
        Policy.Judge(new(objects, Namespace) { Declared = pinned ? [] : Declared, Elsewhere = elsewhere.IsDefault ? [] : elsewhere });

    /// <summary>The same for one region, beside what other parts apply there.</summary>
    public async Task<PolicyVerdict> JudgeAsync(RegionSpec region, ImmutableArray<KubernetesObject> objects, bool pinned, CancellationToken cancellation) =>
        Judge(objects, pinned, Elsewhere is null ? [] : await Elsewhere(region, cancellation));

    /// <summary>Judges, tells warnings, and refuses.</summary>
    /// <exception cref="PolicyViolatedException">The policy refuses something.</exception>
    public async Task AdmitAsync(RegionSpec region, ImmutableArray<KubernetesObject> objects, bool pinned, ILogger log, CancellationToken cancellation)
    {
        var verdict = await JudgeAsync(region, objects, pinned, cancellation);
        foreach (var finding in verdict.Warned)
            log.LogWarning("{Place}: {Finding}", region.Name, finding);
        verdict.ThrowIfRefused(region.Name);
    }
}
