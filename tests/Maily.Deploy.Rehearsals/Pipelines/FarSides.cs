using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Snapshots;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What a deployment may have changed on the far sides, as lines that tests compare.</summary>
static class FarSides
{
    /// <summary>Database, clusters and, last, the frontend that serves production.</summary>
    public static async Task<string[]> ReadAsync(SandboxParts parts, CancellationToken cancellation)
    {
        var state = await FarSideState.ReadAsync(parts, [], backups: null, cancellation);
        return [.. state.Database, .. state.Clusters, Frontend(parts)];
    }

    /// <summary>The database of the application.</summary>
    public static async Task<string[]> DatabaseAsync(SandboxParts parts, CancellationToken cancellation) =>
        [.. await FarSideState.DatabaseAsync(parts, [], cancellation)];

    /// <summary>The frontend that serves production.</summary>
    public static string Frontend(SandboxParts parts) => $"frontend {parts.Vercel.State.Production?.Id ?? "none"}";

    /// <summary>The images that the workloads of all clusters run.</summary>
    public static string[] ImagesIn(SandboxParts parts) =>
    [
        .. parts.Clusters.ByRegion.Values.Cast<EmbeddedCluster>()
            .SelectMany(cluster => cluster.Objects("Deployment").Concat(cluster.Objects("StatefulSet")))
            .Select(workload => (string)workload["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!)
            .Distinct(),
    ];
}
