using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Releases;

/// <summary>The releases of one stage that a region's cluster keeps.</summary>
/// <param name="cluster">The region's cluster.</param>
/// <param name="space">The namespace that they lie in.</param>
/// <param name="stage">The stage.</param>
sealed class ReleaseArchive(ClusterReader cluster, string space, string stage)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 10;

    /// <summary>The one that went live last; null where there is none.</summary>
    public async Task<ClusterRelease?> FindNewestAsync(CancellationToken cancellation) => Whole(await PartsAsync(cancellation)).FirstOrDefault();

    /// <summary>The one of a deployment; null where there is none, or not all of it.</summary>
    public async Task<ClusterRelease?> FindAsync(DeploymentId deployment, CancellationToken cancellation) =>
        ReleaseParts.Read(await PartsAsync(cancellation, $",{ReleaseParts.Deployment}={deployment}"));

    /// <summary>All that lie in a namespace, of whatever stage and region.</summary>
    public static async Task<ImmutableArray<ClusterRelease>> ListAllAsync(ClusterReader cluster, string space, CancellationToken cancellation) =>
    [
        .. (await cluster.ListAsync("v1", "Secret", space, ReleaseParts.Stage, cancellation))
            .GroupBy(part => (part.Label(ReleaseParts.Stage), part.Label(ReleaseParts.Region))).SelectMany(Whole),
    ];

    /// <summary>Writes one; what an interrupted attempt left of it is replaced.</summary>
    public async Task WriteAsync(ClusterWriter writer, ClusterRelease release, CancellationToken cancellation)
    {
        await RemoveAsync(writer, release.Deployment, cancellation);
        foreach (var part in ReleaseParts.Write(release, space))
            await writer.ApplyAsync(part, force: true, cancellation);
    }

    /// <summary>Removes the one of a deployment; the part that makes it whole goes first.</summary>
    public async Task RemoveAsync(ClusterWriter writer, DeploymentId deployment, CancellationToken cancellation) =>
        await RemoveAsync(writer, await PartsAsync(cancellation, $",{ReleaseParts.Deployment}={deployment}"), cancellation);

    /// <summary>Removes what is older than the last <see cref="Kept"/>, but for those that something goes back to.</summary>
    public async Task ExpireAsync(ClusterWriter writer, IReadOnlySet<DeploymentId> needed, CancellationToken cancellation)
    {
        var parts = (await PartsAsync(cancellation)).ToLookup(ReleaseParts.DeploymentOf);
        foreach (var expired in Expired(parts.Select(group => group.Key).OfType<DeploymentId>(), needed))
            await RemoveAsync(writer, parts[expired], cancellation);
    }

    static async Task RemoveAsync(ClusterWriter writer, IEnumerable<KubernetesObject> parts, CancellationToken cancellation)
    {
        foreach (var part in parts.OrderBy(part => part.Key.Name, StringComparer.Ordinal))
            await writer.DeleteAsync(part, cancellation);
    }

    /// <summary>Decides which go.</summary>
    internal static ImmutableArray<DeploymentId> Expired(IEnumerable<DeploymentId> all, IReadOnlySet<DeploymentId> needed) =>
        [.. all.Distinct().OrderDescending().Skip(Kept).Where(deployment => !needed.Contains(deployment))];

    static IEnumerable<ClusterRelease> Whole(IEnumerable<KubernetesObject> parts) => parts
        .GroupBy(part => part.Label(ReleaseParts.Deployment), StringComparer.Ordinal).OrderByDescending(group => group.Key, StringComparer.Ordinal)
        .Select(ReleaseParts.Read).OfType<ClusterRelease>();

    Task<ImmutableArray<KubernetesObject>> PartsAsync(CancellationToken cancellation, string more = "") =>
        cluster.ListAsync("v1", "Secret", space, $"{ReleaseParts.Stage}={stage},{ReleaseParts.Region}={cluster.Region}{more}", cancellation);
}
