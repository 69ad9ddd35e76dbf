using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>Reads one cluster; changes nothing.</summary>
sealed class ClusterReader
{
    const int Page = 500;

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

    /// <summary>The live object, or null; also where the kind is not known (yet).</summary>
    public async Task<KubernetesObject?> FindAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await Discovery.FindAsync(key.ApiVersion, key.Kind, cancellation) is not { } resource)
            return null;
        return await Connection.FindAsync(() => Connection.Get(resource.PathOf(key)), cancellation) is { } json ? new KubernetesObject(json) : null;
    }

    /// <summary>
    /// The live object in another version of its API, where the one that is named is not served yet: the definition that brings it may come
    /// with the same release. Null where it is served, or where there is no such object.
    /// </summary>
    public async Task<KubernetesObject?> FindInServedVersionAsync(ObjectKey key, CancellationToken cancellation) =>
        await Discovery.FindAsync(key.ApiVersion, key.Kind, cancellation) is null && await Discovery.FindInGroupAsync(key.Group, key.Kind, cancellation) is { } served
            ? await FindAsync(key with { ApiVersion = served.ApiVersion }, cancellation) : null;

    /// <summary>
    /// The live object in the version in which this program applied it, where the API serves that: what it owns is named by the fields of
    /// that one, and another may have them elsewhere.
    /// </summary>
    public async Task<KubernetesObject> AsAppliedAsync(KubernetesObject live, CancellationToken cancellation) =>
        FieldEntries.AppliedBy(live, Marks.Manager).FirstOrDefault().Text("apiVersion") is { } version && version != live.Key.ApiVersion
            ? await FindAsync(live.Key with { ApiVersion = version }, cancellation) ?? live : live;

    /// <summary>All objects of a kind in a namespace (null: in all, or of a kind without) with the given labels (empty: all), page by page.</summary>
    public async Task<ImmutableArray<KubernetesObject>> ListAsync(string apiVersion, string kind, string? space, string selector, CancellationToken cancellation)
    {
        if (await Discovery.FindAsync(apiVersion, kind, cancellation) is not { } resource)
            return [];
        var found = ImmutableArray.CreateBuilder<KubernetesObject>();
        var path = $"{resource.CollectionPath(space)}?limit={Page}{(selector.Length == 0 ? "" : $"&labelSelector={Uri.EscapeDataString(selector)}")}";
        for (var next = ""; next is not null;)
        {
            var list = await PageAsync(path, next, cancellation);
            if (list is null && next.Length > 0)
            {
                // A page came too late: what was read is of the past already.
                found.Clear();
                next = "";
                continue;
            }

            found.AddRange(list.Objects("items").Select(item => Complete(item, resource)));
            next = list.Text("metadata", "continue") is { Length: > 0 } more ? more : null;
        }

        return found.DrainToImmutable();
    }

    async Task<JsonObject?> PageAsync(string path, string next, CancellationToken cancellation)
    {
        try
        {
            return await Connection.FindAsync(() => Connection.Get(next.Length == 0 ? path : $"{path}&continue={Uri.EscapeDataString(next)}"), cancellation);
        }
        catch (ClusterRefusedException expired) when (expired.Status == 410 && next.Length > 0)
        {
            return null;
        }
    }

    /// <summary>What an apply would make of the object; nothing is stored.</summary>
    /// <param name="item">What is wanted.</param>
    /// <param name="live">What is live of it; null where nothing is.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="ApplyConflictException">Another manager claims fields of it.</exception>
    public async Task<KubernetesObject> PreviewAsync(KubernetesObject item, KubernetesObject? live, CancellationToken cancellation)
    {
        var apply = new ApplyRequest(item, settings.ForceConflicts, DryRun: true);
        try
        {
            return await SendAsync(apply, () => { }, cancellation);
        }
        catch (ApplyConflictException conflict) when (live is not null && conflict.YieldsTo(live))
        {
            return await SendAsync(apply with { Force = true }, () => { }, cancellation);
        }
    }

    /// <summary>
    /// What an apply by somebody who owns nothing of the object yet would make of it; nothing is stored. Fields that we own and the
    /// object lacks stay, as those that only an apply adds.
    /// </summary>
    public Task<KubernetesObject> ForeignPreviewAsync(KubernetesObject item, CancellationToken cancellation) =>
        SendAsync(new ApplyRequest(item, Force: true, DryRun: true) { Manager = $"{Marks.Manager}-drift" }, () => { }, cancellation);

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

    /// <summary>The last lines of a container, or null where there are none.</summary>
    public Task<string?> LogAsync(ObjectKey pod, string container, bool previous, int lines, CancellationToken cancellation) =>
        Connection.FindTextAsync($"api/v1/namespaces/{pod.Namespace}/pods/{pod.Name}/log?container={Uri.EscapeDataString(container)}&tailLines={lines}{(previous ? "&previous=true" : "")}", cancellation);

    // Items of a list do not say what they are. The list is read for them alone, so that they need not be copied.
    static KubernetesObject Complete(JsonObject item, ApiResource resource)
    {
        item["apiVersion"] = resource.ApiVersion;
        item["kind"] = resource.Kind;
        return new KubernetesObject(item);
    }
}
