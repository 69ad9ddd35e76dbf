using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Releases;

/// <summary>Puts a release into immutable Secrets, as many as it needs: the API takes no more than 1 MiB in one.</summary>
public static class ReleaseParts
{
    /// <summary>The type of the Secrets.</summary>
    public const string SecretType = "maily.dev/release.v1";

    /// <summary>The label with the stage.</summary>
    public const string Stage = "maily.dev/release-stage";

    /// <summary>The label with the region.</summary>
    public const string Region = "maily.dev/release-region";

    /// <summary>The label with the deployment.</summary>
    public const string Deployment = "maily.dev/release-deployment";

    /// <summary>The annotation with the number of parts, on each of them.</summary>
    public const string Parts = "maily.dev/release-parts";

    const int StandardLimit = 768 * 1024;
    const string Data = "release";

    /// <summary>The Secrets in the order in which they are written: the first part comes last, so that a release with one is whole.</summary>
    public static ImmutableArray<KubernetesObject> Write(ClusterRelease release, string space, int limit = StandardLimit)
    {
        var chunks = release.Pack().Chunk(limit).ToArray();
        return [.. chunks.Select((chunk, at) => Part(release, space, chunk, at, chunks.Length)).Reverse()];
    }

    /// <summary>The release of the given Secrets, or null where a part is missing.</summary>
    /// <exception cref="UnreadableReleaseException">They hold no release.</exception>
    public static ClusterRelease? Read(IEnumerable<KubernetesObject> parts)
    {
        var ordered = parts.OrderBy(NumberOf).ToArray();
        if (ordered is not [var first, ..] || first.Annotation(Parts) != ordered.Length.ToString(CultureInfo.InvariantCulture))
            return null;
        return ClusterRelease.Unpack(first.Key.Name, [.. ordered.SelectMany(part => Convert.FromBase64String(part.Json.Text("data", Data) ?? ""))]);
    }

    /// <summary>The deployment that a part belongs to, or null where it does not say.</summary>
    public static DeploymentId? DeploymentOf(KubernetesObject part) => part.Label(Deployment) is { } id ? DeploymentId.Parse(id) : null;

    static int NumberOf(KubernetesObject part) =>
        int.TryParse(part.Key.Name.Split('.')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    static KubernetesObject Part(ClusterRelease release, string space, byte[] chunk, int at, int count) => new(new JsonObject
    {
        ["apiVersion"] = "v1", ["kind"] = "Secret", ["type"] = SecretType, ["immutable"] = true,
        ["metadata"] = new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"maily.release.{release.Stage}.{release.Region}.{release.Deployment}.{at}").ToLowerInvariant(),
            ["namespace"] = space,
            ["labels"] = new JsonObject
            {
                [Marks.ManagedBy] = Marks.Manager, [Stage] = release.Stage, [Region] = release.Region, [Deployment] = release.Deployment.Value,
            },
            ["annotations"] = new JsonObject
            {
                [Marks.Deployment] = release.Deployment.Value, [Parts] = count.ToString(CultureInfo.InvariantCulture),
            },
        },
        ["data"] = new JsonObject { [Data] = Convert.ToBase64String(chunk) },
    });
}
