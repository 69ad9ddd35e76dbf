using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>One object before a deployment.</summary>
/// <param name="Key">What it is.</param>
/// <param name="Manifest">The manifest that brings it back; null where there was none.</param>
public sealed record CapturedObject(ObjectKey Key, JsonObject? Manifest);

/// <summary>What a region's objects were before a deployment; without secrets, since manifests hold none.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="Objects">A JSON array of <see cref="CapturedObject"/>, compressed by gzip, in base 64: journals keep it long.</param>
public sealed record RegionRestorePoint(string Region, string Objects)
{
    static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

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

    /// <summary>Reads what is live of all objects that will be applied.</summary>
    internal static async Task<RegionRestorePoint> CaptureAsync(
        ClusterReader cluster, ImmutableArray<KubernetesObject> wanted, int parallel, CancellationToken cancellation)
    {
        var captured = new CapturedObject[wanted.Length];
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        await Parallel.ForAsync(0, wanted.Length, limit, async (at, token) =>
        {
            var live = await cluster.FindAsync(wanted[at].Key, token);
            captured[at] = new CapturedObject(wanted[at].Key, live is null ? null : OwnedFields.Reduce(live).ToJson());
        });
        return Of(cluster.Region, captured);
    }
}
