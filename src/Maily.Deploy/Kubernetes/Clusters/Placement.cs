using System.Collections.Frozen;
using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>
/// Brings manifests into the form in which this cluster takes them: in the version that it serves, with the standard namespace
/// where one is needed and none is named, without one where there is none. Kinds that the manifests define themselves are known
/// from their definitions before the cluster serves them.
/// </summary>
sealed class Placement
{
    /// <summary>Versions whose fields are the same, so that a manifest of one can be sent as the other; the newest first.</summary>
    static readonly ImmutableArray<(string Kind, string Newer, string Older)> Interchangeable =
    [
        ("PodDisruptionBudget", "policy/v1", "policy/v1beta1"),
        ("CronJob", "batch/v1", "batch/v1beta1"),
        ("HorizontalPodAutoscaler", "autoscaling/v2", "autoscaling/v2beta2"),
        ("EndpointSlice", "discovery.k8s.io/v1", "discovery.k8s.io/v1beta1"),
        ("RuntimeClass", "node.k8s.io/v1", "node.k8s.io/v1beta1"),
    ];

    readonly ClusterReader cluster;
    readonly string standard;
    readonly FrozenDictionary<(string Group, string Kind), bool> defined;

    public Placement(ClusterReader cluster, string standardNamespace, ImmutableArray<KubernetesObject> manifests)
    {
        (this.cluster, standard) = (cluster, standardNamespace);
        defined = manifests.Where(item => item.Kind == "CustomResourceDefinition")
            .GroupBy(item => (item.Json.Text("spec", "group") ?? "", item.Json.Text("spec", "names", "kind") ?? ""))
            .ToFrozenDictionary(group => group.Key, group => group.First().Json.Text("spec", "scope") == "Namespaced");
    }

    /// <summary>All manifests as this cluster takes them, in their order.</summary>
    public async Task<ImmutableArray<KubernetesObject>> PlaceAsync(ImmutableArray<KubernetesObject> manifests, CancellationToken cancellation)
    {
        var placed = ImmutableArray.CreateBuilder<KubernetesObject>(manifests.Length);
        foreach (var item in manifests)
            placed.Add(await PlaceAsync(item, cancellation));
        return placed.MoveToImmutable();
    }

    async Task<KubernetesObject> PlaceAsync(KubernetesObject item, CancellationToken cancellation)
    {
        if (defined.TryGetValue((item.Key.Group, item.Kind), out var namespaced))
            return In(item, item.Key.ApiVersion, namespaced);
        foreach (var version in VersionsOf(item.Key))
            if (await cluster.Discovery.FindAsync(version, item.Kind, cancellation) is { } resource)
                return In(item, version, resource.Namespaced);
        return item;
    }

    static IEnumerable<string> VersionsOf(ObjectKey key) => Interchangeable
        .Where(pair => pair.Kind == key.Kind && (pair.Newer == key.ApiVersion || pair.Older == key.ApiVersion))
        .SelectMany(pair => new[] { pair.Newer, pair.Older }).Prepend(key.ApiVersion).Distinct();

    KubernetesObject In(KubernetesObject item, string version, bool namespaced)
    {
        if (version == item.Key.ApiVersion && namespaced == item.Key.Namespace is not null)
            return item;
        var json = item.ToJson();
        json["apiVersion"] = version;
        if (!namespaced)
            json.Child("metadata").Remove("namespace");
        else if (item.Key.Namespace is null)
            json.Child("metadata")["namespace"] = standard;
        return new KubernetesObject(json);
    }
}
