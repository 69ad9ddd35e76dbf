using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

/// <summary>
/// All objects, one counter of versions over them, and the last changes for watchers. Objects inside are never changed,
/// only replaced; what is handed out is shared, so callers copy before they change.
/// </summary>
internal sealed class ObjectStore(int historyLength)
{
    readonly Lock gate = new();
    readonly SortedDictionary<ObjectKey, JsonObject> objects = new(KeyOrder.Instance);
    readonly LinkedList<StoredEvent> history = [];
    readonly List<Action<StoredEvent>> listeners = [];
    long version = 1;
    long forgotten = 1;

    public long Version
    {
        get { lock (gate) return version; }
    }

    public JsonObject? Find(ObjectKey key)
    {
        lock (gate) return objects.GetValueOrDefault(key);
    }

    public JsonObject? Find(ResourceKind kind, string? ns, string name) => Find(new ObjectKey(kind, ns ?? "", name));

    public (IReadOnlyList<JsonObject> Items, long Version) List(ResourceKind kind, string? ns = null)
    {
        lock (gate)
        {
            var items = objects.Where(pair => pair.Key.Kind.Equals(kind) && (string.IsNullOrEmpty(ns) || pair.Key.Namespace == ns));
            return ([.. items.Select(pair => pair.Value)], version);
        }
    }

    public IReadOnlyList<KeyValuePair<ObjectKey, JsonObject>> Everything()
    {
        lock (gate) return [.. objects];
    }

    /// <summary>
    /// Replaces what is under the key, if it still is <paramref name="expected"/> (null: nothing is there). Null as
    /// <paramref name="next"/> removes it. Returns what is stored now, or null where another writer was faster.
    /// </summary>
    public JsonObject? Swap(ObjectKey key, JsonObject? expected, JsonObject? next)
    {
        lock (gate)
        {
            var current = objects.GetValueOrDefault(key);
            if (!ReferenceEquals(current, expected)) return null;
            var stored = (JsonObject)JsonNode.Parse((next ?? expected!).ToJsonString())!;
            stored.Meta()["resourceVersion"] = $"{++version}";
            if (next is null) objects.Remove(key);
            else objects[key] = stored;
            Tell(new StoredEvent(version, Change(current, next), key.Kind, stored, current));
            return stored;
        }
    }

    /// <summary>Makes these all there is, in one go: what is the same stays untouched.</summary>
    public void Replace(IReadOnlyList<KeyValuePair<ObjectKey, JsonObject>> wanted)
    {
        lock (gate)
        {
            var kept = wanted.Select(pair => pair.Key).ToHashSet();
            foreach (var (key, obj) in objects.Where(pair => !kept.Contains(pair.Key)).ToList())
                Swap(key, obj, null);
            foreach (var (key, obj) in wanted)
                if (objects.GetValueOrDefault(key) is var present && !ReferenceEquals(present, obj))
                    Swap(key, present, obj);
        }
    }

    /// <summary>Calls back with each change after <paramref name="since"/>, the past ones first, until disposed.</summary>
    /// <exception cref="ApiException">410: changes since then are no longer known.</exception>
    public IDisposable Follow(long since, Action<StoredEvent> listener)
    {
        lock (gate)
        {
            if (since < forgotten) throw ApiException.Expired($"too old resource version: {since} ({forgotten})");
            foreach (var past in history.Where(item => item.Version > since)) listener(past);
            listeners.Add(listener);
        }

        return new Subscription(() =>
        {
            lock (gate) listeners.Remove(listener);
        });
    }

    /// <summary>Forgets all past changes, as a compaction of etcd does.</summary>
    public void Compact()
    {
        lock (gate)
        {
            history.Clear();
            forgotten = version;
        }
    }

    static ChangeType Change(JsonObject? before, JsonObject? after) =>
        before is null ? ChangeType.Added : after is null ? ChangeType.Deleted : ChangeType.Modified;

    void Tell(StoredEvent change)
    {
        history.AddLast(change);
        if (history.Count > historyLength)
        {
            forgotten = history.First!.Value.Version;
            history.RemoveFirst();
        }

        foreach (var listener in listeners) listener(change);
    }

    sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    sealed class KeyOrder : IComparer<ObjectKey>
    {
        public static readonly KeyOrder Instance = new();

        public int Compare(ObjectKey x, ObjectKey y)
        {
            var order = string.CompareOrdinal(x.Kind.Resource, y.Kind.Resource);
            if (order == 0) order = string.CompareOrdinal(x.Namespace, y.Namespace);
            return order == 0 ? string.CompareOrdinal(x.Name, y.Name) : order;
        }
    }
}
