using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>Manifests that are looked at together, and what must be known besides.</summary>
/// <param name="Objects">The objects that are about to be applied.</param>
/// <param name="Namespace">Where namespaced objects go that name no namespace.</param>
public sealed record PolicySubject(ImmutableArray<KubernetesObject> Objects, string Namespace)
{
    /// <summary>Names of images that the deployment itself puts in by digest; empty once it has.</summary>
    public ImmutableHashSet<string> Declared { get; init; } = [];

    /// <summary>Objects that another part of the deployment applies to the same cluster: their policies and quotas count, and they are not looked at.</summary>
    public ImmutableArray<KubernetesObject> Elsewhere { get; init; } = [];

    /// <summary>The namespace of an object that has one.</summary>
    internal string NamespaceOf(KubernetesObject item) => item.Key.Namespace ?? Namespace;

    /// <summary>All objects of a kind in a namespace, those of other parts too.</summary>
    internal IEnumerable<KubernetesObject> In(string name, string kind) =>
        Objects.Concat(Elsewhere).Where(item => item.Kind == kind && NamespaceOf(item) == name);

    /// <summary>Namespaces that the objects declare or run pods in, each with the object to blame.</summary>
    internal IEnumerable<(string Name, KubernetesObject Blamed)> Namespaces() => Objects
        .Select(item => item.Kind == "Namespace" ? (Name: item.Key.Name, Item: item) : (Name: Workloads.PodSpecOf(item.Json) is null ? "" : NamespaceOf(item), Item: item))
        .Where(place => place.Name.Length > 0)
        .GroupBy(place => place.Name, StringComparer.Ordinal)
        .Select(group => (group.Key, group.OrderByDescending(place => place.Item.Kind == "Namespace").First().Item));
}
