using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>One object before a deployment.</summary>
/// <param name="Key">What it is.</param>
/// <param name="Manifest">The manifest that brings it back; null where there was none.</param>
public sealed record CapturedObject(ObjectKey Key, JsonObject? Manifest);

/// <summary>An ApplySet's books before a deployment.</summary>
/// <param name="Parent">The parent.</param>
/// <param name="Content">What it said; null where there was no parent.</param>
/// <param name="Deployment">The deployment that had written it; null where none had.</param>
public sealed record CapturedSet(ApplySetParent Parent, ApplySetContent? Content, string? Deployment)
{
    /// <summary>The same with members that came since and stay.</summary>
    internal CapturedSet With(ImmutableArray<ObjectKey> members) =>
        members.IsEmpty ? this : this with { Content = (Content ?? ApplySetContent.Empty).With(ApplySetContent.Of(members)) };
}

/// <summary>What a region's objects were before a deployment; without secrets, since manifests hold none.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Objects">A JSON array of <see cref="CapturedObject"/>, compressed by gzip, in base 64: journals keep it long.</param>
public sealed record RegionRestorePoint(string Region, string Objects)
{
    /// <summary>The deployment whose release the cluster's own record says is live; null where there is none.</summary>
    public DeploymentId? Former { get; init; }

    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>The books of the set that the objects belong to; null in journals of versions that kept none.</summary>
    public CapturedSet? Set { get; init; }

    /// <summary>Packs captured objects.</summary>
    public static RegionRestorePoint Of(string region, IReadOnlyCollection<CapturedObject> objects)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            JsonSerializer.Serialize(gzip, objects, Options);
        return new RegionRestorePoint(region, Convert.ToBase64String(packed.ToArray()));
    }

    /// <summary>The captured objects again, in the order in which they were applied.</summary>
    public ImmutableArray<CapturedObject> Unpack()
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(Objects)), CompressionMode.Decompress);
        using var text = new StreamReader(gzip, Encoding.UTF8);
        return [.. JsonSerializer.Deserialize<CapturedObject[]>(text.ReadToEnd(), Options) ?? []];
    }

    /// <summary>Reads what is live of all objects that will be applied, and the set's books.</summary>
    internal static async Task<RegionRestorePoint> CaptureAsync(
        ClusterReader cluster, ClusterSettings settings, RegionManifests wanted, CancellationToken cancellation)
    {
        var live = await LiveObjects.ReadAsync(cluster, wanted.Keys, settings.Parallel, cancellation);
        var parent = await new ApplySetReader(cluster, settings).FindAsync(wanted.Parent, cancellation);
        var captured = new List<CapturedObject>();
        foreach (var key in wanted.Keys.Where(key => live[key] is not { } item || !HoldsValues(item)))
            captured.Add((live[key] ?? await cluster.FindInServedVersionAsync(key, cancellation)) is { } present ? await CaptureAsync(cluster, present, cancellation) : new(key, null));
        return Of(cluster.Region, captured) with { Set = CaptureSet(wanted.Parent, parent) };
    }

    /// <summary>One live object as it is brought back.</summary>
    internal static async Task<CapturedObject> CaptureAsync(ClusterReader cluster, KubernetesObject live, CancellationToken cancellation)
    {
        var applied = await cluster.AsAppliedAsync(live, cancellation);
        return new(applied.Key, OwnedFields.Reduce(applied).ToJson());
    }

    /// <summary>Whether the journal may not hold it: a live Secret with values is left as it is.</summary>
    internal static bool HoldsValues(KubernetesObject live) => live.Kind == "Secret" && live.Json["data"] is JsonObject { Count: > 0 };

    /// <summary>A set's books.</summary>
    internal static CapturedSet CaptureSet(ApplySetParent parent, KubernetesObject? live) =>
        new(parent, live is null ? null : ApplySetContent.Read(live), live?.Annotation(Marks.Deployment));
}
