using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Releases;

/// <summary>
/// What one deployment made live in one region, as the cluster itself keeps it: every object as it was applied. Without secret
/// values, since manifests only name secrets.
/// </summary>
public sealed record ClusterRelease
{
    /// <summary>Version of this form; a reader refuses a newer one.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the form it was written in.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The deployment.</summary>
    public required DeploymentId Deployment { get; init; }

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id.</summary>
    public required string Commit { get; init; }

    /// <summary>When its rollouts were done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The stage that applied it: one region may have several sets, each with its own history.</summary>
    public required string Stage { get; init; }

    /// <summary>The region.</summary>
    public required string Region { get; init; }

    /// <summary>SHA-256 of the manifests without marks; see <see cref="ReleaseManifests.Hash"/>.</summary>
    public required string Manifests { get; init; }

    /// <summary>The objects in the order in which they were applied, with the deployment's mark.</summary>
    public required ImmutableArray<JsonObject> Objects { get; init; }

    /// <summary>The objects again.</summary>
    public ImmutableArray<KubernetesObject> ToObjects() => [.. Objects.Select(json => new KubernetesObject(json))];

    /// <summary>JSON, compressed by gzip.</summary>
    internal byte[] Pack()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize))
            JsonSerializer.Serialize(gzip, this, DeploymentJson.Line);
        return packed.ToArray();
    }

    /// <summary>The release again.</summary>
    /// <exception cref="UnreadableReleaseException">The bytes are no release, or one of a newer form.</exception>
    internal static ClusterRelease Unpack(string name, byte[] packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
            var release = JsonSerializer.Deserialize<ClusterRelease>(gzip, DeploymentJson.Line) ?? throw new JsonException("It is null.");
            return release.Version <= CurrentVersion
                ? release : throw new UnreadableReleaseException(name, $"It has version {release.Version}, this program reads up to {CurrentVersion}.");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidDataException)
        {
            throw new UnreadableReleaseException(name, malformed.Message);
        }
    }
}

/// <summary>A release that the cluster keeps cannot be read: it is never guessed at.</summary>
public sealed class UnreadableReleaseException(string secret, string reason)
    : DeployException($"The release record {secret} cannot be read.", "Use the version of Maily Deploy that wrote it; or delete it, then its journal is the way back.", reason)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
