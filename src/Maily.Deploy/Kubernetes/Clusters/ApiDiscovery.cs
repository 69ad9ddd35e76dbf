using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
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
    readonly ConcurrentDictionary<string, Lazy<Task<ImmutableArray<ApiResource>>>> asked = new(StringComparer.Ordinal);

    /// <summary>The kind, or null where the API does not serve it.</summary>
    public async Task<ApiResource?> FindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        if (cluster.Kinds.TryGetValue(apiVersion, out var resources) && Find(resources, kind) is { } resource)
            return resource;
        // Many ask at once: one request answers them all, also when the one who asked first has gone.
        var asking = asked.GetOrAdd(apiVersion, version => new(() => LoadAsync(version, CancellationToken.None)));
        try
        {
            return Find(cluster.Kinds[apiVersion] = await asking.Value.WaitAsync(cancellation), kind);
        }
        finally
        {
            asked.TryRemove(KeyValuePair.Create(apiVersion, asking));
        }
    }

    /// <summary>The kind in the version of its group that the API prefers, or in another that has it; null where it does not serve it.</summary>
    /// <param name="group">The group; empty for the core.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<ApiResource?> FindInGroupAsync(string group, string kind, CancellationToken cancellation)
    {
        foreach (var version in await VersionsAsync(group, cancellation))
            if (await FindAsync(version, kind, cancellation) is { } resource)
                return resource;
        return null;
    }

    async Task<ImmutableArray<string>> VersionsAsync(string group, CancellationToken cancellation)
    {
        if (group.Length == 0)
            return ["v1"];
        var answer = await cluster.FindAsync(() => cluster.Get($"apis/{group}"), cancellation);
        return [.. answer.Objects("versions").Select(version => version.Text("groupVersion")).Prepend(answer.Text("preferredVersion", "groupVersion")).OfType<string>().Distinct()];
    }

    /// <summary>All kinds that can be listed, each in the version that the API prefers; without those of another server that does not answer.</summary>
    public async Task<ImmutableArray<ApiResource>> ListableAsync(CancellationToken cancellation)
    {
        var groups = await cluster.FindAsync(() => cluster.Get("apis"), cancellation);
        var versions = groups.Objects("groups").Select(group => group.Text("preferredVersion", "groupVersion")).OfType<string>().Prepend("v1");
        return [.. (await Task.WhenAll(versions.Select(version => ListableAsync(version, cancellation)))).SelectMany(kinds => kinds)];
    }

    async Task<ImmutableArray<ApiResource>> ListableAsync(string apiVersion, CancellationToken cancellation)
    {
        try
        {
            return await ServedAsync(apiVersion, "list", cancellation);
        }
        catch (ClusterRefusedException down) when (down.Status == 503)
        {
            // As kubectl does: a metrics server that is down is no reason to look at nothing else.
            if (await IsOfAnotherServerAsync(apiVersion, cancellation))
                return [];
            throw;
        }
    }

    async Task<bool> IsOfAnotherServerAsync(string apiVersion, CancellationToken cancellation) => apiVersion.Split('/') is [var group, var version]
        && (await cluster.FindAsync(() => cluster.Get($"apis/apiregistration.k8s.io/v1/apiservices/{version}.{group}"), cancellation)).At("spec", "service") is not null;

    static ApiResource? Find(ImmutableArray<ApiResource> resources, string kind) => resources.FirstOrDefault(resource => resource.Kind == kind);

    Task<ImmutableArray<ApiResource>> LoadAsync(string apiVersion, CancellationToken cancellation) => ServedAsync(apiVersion, null, cancellation);

    async Task<ImmutableArray<ApiResource>> ServedAsync(string apiVersion, string? verb, CancellationToken cancellation)
    {
        var prefix = apiVersion.Contains('/', StringComparison.Ordinal) ? "apis" : "api";
        var list = await cluster.FindAsync(() => cluster.Get($"{prefix}/{apiVersion}"), cancellation);
        return
        [
            .. list.Objects("resources").Where(item => item.Text("name")?.Contains('/', StringComparison.Ordinal) == false && (verb is null || Can(item, verb)))
                .Select(item => new ApiResource(apiVersion, item.Text("kind") ?? "", item.Text("name") ?? "", item.IsTrue("namespaced"))),
        ];
    }

    static bool Can(JsonObject item, string verb) => item.At("verbs") is JsonArray verbs && verbs.Any(known => known?.ToString() == verb);
}
