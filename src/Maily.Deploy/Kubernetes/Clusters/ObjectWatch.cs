using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>
/// All objects of one kind in one namespace, kept up by a watch: listed once, and listed again only when the watch was cut off or its
/// version has expired. One follower writes; anybody may read.
/// </summary>
sealed class ObjectWatch(ClusterReader cluster, string apiVersion, string kind, string? space, TimeProvider time)
{
    const int WatchSeconds = 240;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly ConcurrentDictionary<string, KubernetesObject> objects = new(StringComparer.Ordinal);

    /// <summary>Whether the objects have been read at all.</summary>
    public bool IsListed { get; private set; }

    /// <summary>The objects as last heard of.</summary>
    public IEnumerable<KubernetesObject> All => objects.Values;

    /// <summary>One of them, or null.</summary>
    public KubernetesObject? Find(string name) => objects.GetValueOrDefault(name);

    /// <summary>Follows until it is cancelled; calls <paramref name="changed"/> after each change.</summary>
    /// <exception cref="ClusterUnreachableException">The API does not answer a list, however often it is asked.</exception>
    /// <exception cref="ClusterRefusedException">The API refuses.</exception>
    public async Task FollowAsync(Action changed, CancellationToken cancellation)
    {
        while (true)
        {
            if (await cluster.Discovery.FindAsync(apiVersion, kind, cancellation) is not { } resource)
                throw new UnknownKindException(cluster.Region, new ObjectKey(apiVersion, kind, space, "*"));
            var path = resource.CollectionPath(space);
            var version = await ListAsync(path, cancellation);
            changed();
            while (version is not null)
            {
                version = await WatchAsync(path, version, changed, cancellation);
                // Whoever ends each watch at once is not asked without a pause.
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    async Task<string?> ListAsync(string path, CancellationToken cancellation)
    {
        var list = await cluster.Connection.FindAsync(() => cluster.Connection.Get(path), cancellation);
        var gone = objects.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var item in list.Objects("items"))
            gone.Remove(Keep(item).Key.Name);
        foreach (var name in gone)
            objects.TryRemove(name, out _);
        IsListed = true;
        return list.Text("metadata", "resourceVersion");
    }

    // Gives the version to go on from; null where that is not known any more.
    async Task<string?> WatchAsync(string path, string version, Action changed, CancellationToken cancellation)
    {
        await using var events = await WatchStream.OpenAsync(cluster.Connection,
            $"{path}?watch=true&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds={WatchSeconds}", time, cancellation);
        while (await events.NextAsync(cancellation) is { } change)
        {
            version = change.Text("object", "metadata", "resourceVersion") ?? version;
            if (change.Text("type") == "BOOKMARK" || change.At("object") is not JsonObject json)
                continue;
            if (change.Text("type") == "DELETED")
                objects.TryRemove(json.Text("metadata", "name") ?? "", out _);
            else
                Keep(json);
            changed();
        }

        return events.IsBroken ? null : version;
    }

    // Items of a list do not say what they are.
    KubernetesObject Keep(JsonObject item)
    {
        var json = (JsonObject)item.DeepClone();
        (json["apiVersion"], json["kind"]) = (apiVersion, kind);
        var kept = new KubernetesObject(json);
        return objects[kept.Key.Name] = kept;
    }
}
