using System.Collections.Concurrent;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>What is live of some objects, read by as few requests as that takes: many of a kind and namespace by one list.</summary>
sealed class LiveObjects
{
    // Below, single requests cost less than a list that brings what nobody asked for.
    const int WorthAList = 4;

    readonly ConcurrentDictionary<ObjectKey, KubernetesObject> live = new();

    LiveObjects()
    {
    }

    /// <summary>The live object, or null where there is none.</summary>
    public KubernetesObject? this[ObjectKey key] => live.GetValueOrDefault(key);

    /// <summary>Reads what is live of the given objects.</summary>
    public static async Task<LiveObjects> ReadAsync(ClusterReader cluster, IEnumerable<ObjectKey> keys, int parallel, CancellationToken cancellation)
    {
        var objects = new LiveObjects();
        var reads = keys.Distinct().GroupBy(key => (key.ApiVersion, key.Kind, key.Namespace)).SelectMany(group =>
            group.Count() < WorthAList
                ? group.Select(key => (Func<CancellationToken, Task>)(token => objects.FindAsync(cluster, key, token)))
                : [token => objects.ListAsync(cluster, group.Key.ApiVersion, group.Key.Kind, group.Key.Namespace, [.. group], token)]);
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(reads, limit, async (read, token) => await read(token));
        return objects;
    }

    async Task FindAsync(ClusterReader cluster, ObjectKey key, CancellationToken cancellation)
    {
        if (await cluster.FindAsync(key, cancellation) is { } found)
            live[key] = found;
    }

    async Task ListAsync(ClusterReader cluster, string apiVersion, string kind, string? space, HashSet<ObjectKey> wanted, CancellationToken cancellation)
    {
        foreach (var found in await cluster.ListAsync(apiVersion, kind, space, "", cancellation))
            if (wanted.Contains(found.Key))
                live[found.Key] = found;
    }
}
