using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>Reads one cluster; changes nothing.</summary>
sealed class ClusterReader : IDisposable
{
    const int WatchSeconds = 240;

    readonly ClusterSettings settings;

    public ClusterReader(RegionSpec region, ClusterSettings settings, TimeProvider time)
    {
        (this.settings, Connection) = (settings, new ClusterConnection(region, settings, time));
        Discovery = new ApiDiscovery(Connection);
    }

    /// <summary>The region's name.</summary>
    public string Region => Connection.Region;

    /// <summary>The line to the API, for the writer.</summary>
    public ClusterConnection Connection { get; }

    /// <summary>The kinds, for the writer.</summary>
    public ApiDiscovery Discovery { get; }

    /// <summary>The version that the API answers.</summary>
    public async Task<string> VersionAsync(CancellationToken cancellation) =>
        (await Connection.FindAsync(() => Connection.Get("version"), cancellation)).Text("gitVersion") ?? "of unknown version";

    /// <summary>The object as it will be sent: with the standard namespace where it needs one and names none, without one where it has none.</summary>
    public async Task<KubernetesObject> PlaceAsync(KubernetesObject item, CancellationToken cancellation)
    {
        if (await Discovery.FindAsync(item.Key.ApiVersion, item.Kind, cancellation) is not { } resource || resource.Namespaced == item.Key.Namespace is not null)
            return item;
        var json = item.ToJson();
        if (resource.Namespaced)
            json.Child("metadata")["namespace"] = settings.Namespace;
        else
            json.Child("metadata").Remove("namespace");
        return new KubernetesObject(json);
    }

    /// <summary>The live object, or null; also where the kind is not known (yet).</summary>
    public async Task<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await Discovery.FindAsync(key.ApiVersion, key.Kind, cancellation) is not { } resource)
            return null;
        return await Connection.FindAsync(() => Connection.Get(resource.PathOf(key)), cancellation) is { } json ? new KubernetesObject(json) : null;
    }

    /// <summary>All objects of a kind in a namespace with the given labels.</summary>
    public async Task<ImmutableArray<KubernetesObject>> ListAsync(string apiVersion, string kind, string? space, string selector, CancellationToken cancellation)
    {
        if (await Discovery.FindAsync(apiVersion, kind, cancellation) is not { } resource)
            return [];
        var list = await Connection.FindAsync(() => Connection.Get($"{resource.CollectionPath(space)}?labelSelector={Uri.EscapeDataString(selector)}"), cancellation);
        return [.. list.Objects("items").Select(item => Complete(item, resource))];
    }

    /// <summary>What an apply would make of the object; nothing is stored.</summary>
    /// <exception cref="ApplyConflictException">Another manager owns fields of it.</exception>
    public Task<KubernetesObject> PreviewAsync(KubernetesObject item, CancellationToken cancellation) =>
        SendAsync(new ApplyRequest(item, settings.ForceConflicts, DryRun: true), () => { }, cancellation);

    /// <summary>Sends an apply; <paramref name="beforeEach"/> runs before each attempt.</summary>
    public async Task<KubernetesObject> SendAsync(ApplyRequest apply, Action beforeEach, CancellationToken cancellation)
    {
        var key = apply.Object.Key;
        var resource = await Discovery.FindAsync(key.ApiVersion, key.Kind, cancellation) ?? throw new UnknownKindException(Region, key);
        try
        {
            return new KubernetesObject(await Connection.RequireAsync(() =>
            {
                beforeEach();
                var request = Connection.Request(HttpMethod.Patch, apply.PathOn(resource));
                request.Content = apply.ToContent();
                return request;
            }, cancellation));
        }
        catch (ClusterRefusedException refused) when (refused is { Status: 409, Conflicts.IsEmpty: false })
        {
            throw new ApplyConflictException(Region, key, refused.Conflicts);
        }
    }

    /// <summary>The changes of one object from a version on; null for its removal. Ends when the API or the network ends the watch.</summary>
    public async IAsyncEnumerable<KubernetesObject?> WatchAsync(KubernetesObject from, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var resource = await Discovery.FindAsync(from.Key.ApiVersion, from.Kind, cancellation) ?? throw new UnknownKindException(Region, from.Key);
        var path = $"{resource.CollectionPath(from.Key.Namespace)}?watch=true&fieldSelector={Uri.EscapeDataString($"metadata.name={from.Key.Name}")}"
            + $"&resourceVersion={from.Json.Text("metadata", "resourceVersion")}&timeoutSeconds={WatchSeconds}";
        await using var events = await WatchStream.OpenAsync(Connection, path, cancellation);
        while (await events.NextAsync(cancellation) is { } change)
            if (change.At("object") is JsonObject json && json.Text("metadata", "name") == from.Key.Name)
                yield return change.Text("type") == "DELETED" ? null : new KubernetesObject((JsonObject)json.DeepClone());
    }

    /// <summary>The last lines of a container, or null where there are none.</summary>
    public Task<string?> LogAsync(ObjectKey pod, string container, bool previous, int lines, CancellationToken cancellation) =>
        Connection.FindTextAsync($"api/v1/namespaces/{pod.Namespace}/pods/{pod.Name}/log?container={Uri.EscapeDataString(container)}&tailLines={lines}{(previous ? "&previous=true" : "")}", cancellation);

    /// <inheritdoc/>
    public void Dispose() => Connection.Dispose();

    // Items of a list do not say what they are.
    static KubernetesObject Complete(JsonObject item, ApiResource resource)
    {
        var json = (JsonObject)item.DeepClone();
        json["apiVersion"] = resource.ApiVersion;
        json["kind"] = resource.Kind;
        return new KubernetesObject(json);
    }
}
