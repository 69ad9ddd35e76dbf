using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>A kind as the API serves it.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">The kind.</param>
/// <param name="Plural">Its name in paths.</param>
/// <param name="Namespaced">Whether its objects lie in namespaces.</param>
sealed record ApiResource(string ApiVersion, string Kind, string Plural, bool Namespaced)
{
    /// <summary>The path of all objects of the kind in a namespace (null: in all).</summary>
    public string CollectionPath(string? space) =>
        $"{(ApiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api")}/{ApiVersion}/{(Namespaced && space is not null ? $"namespaces/{space}/" : "")}{Plural}";

    /// <summary>The path of one object.</summary>
    public string PathOf(ObjectKey key) => $"{CollectionPath(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
}

/// <summary>Asks the API which kinds it serves; remembers the answers, and asks again for a kind that was not there.</summary>
sealed class ApiDiscovery(ClusterConnection cluster)
{
    readonly ConcurrentDictionary<string, ImmutableArray<ApiResource>> known = new(StringComparer.Ordinal);

    /// <summary>The kind, or null where the API does not serve it.</summary>
    public async Task<ApiResource?> FindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        if (known.TryGetValue(apiVersion, out var resources) && Find(resources, kind) is { } resource)
            return resource;
        return Find(known[apiVersion] = await LoadAsync(apiVersion, cancellation), kind);
    }

    static ApiResource? Find(ImmutableArray<ApiResource> resources, string kind) => resources.FirstOrDefault(resource => resource.Kind == kind);

    async Task<ImmutableArray<ApiResource>> LoadAsync(string apiVersion, CancellationToken cancellation)
    {
        var prefix = apiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api";
        var list = await cluster.FindAsync(() => cluster.Get($"{prefix}/{apiVersion}"), cancellation);
        return
        [
            .. list.Objects("resources").Where(item => item.Text("name")?.Contains('/', StringComparison.Ordinal) == false)
                .Select(item => new ApiResource(apiVersion, item.Text("kind") ?? "", item.Text("name") ?? "", item.IsTrue("namespaced"))),
        ];
    }
}
