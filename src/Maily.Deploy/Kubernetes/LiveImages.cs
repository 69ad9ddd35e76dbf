using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes;

/// <summary>Reads which images the workloads of all regions use, in every namespace.</summary>
public static class LiveImages
{
    static readonly ImmutableArray<(string ApiVersion, string Kind)> Kinds =
    [
        ("v1", "Pod"), ("v1", "ReplicationController"), ("apps/v1", "Deployment"), ("apps/v1", "ReplicaSet"), ("apps/v1", "StatefulSet"), ("apps/v1", "DaemonSet"),
        ("batch/v1", "Job"), ("batch/v1", "CronJob"), ("batch/v1beta1", "CronJob"),
    ];

    /// <summary>Each image, as the workload names it, with one workload that uses it.</summary>
    /// <exception cref="DeployException">A cluster does not answer, or does not show all of its workloads.</exception>
    public static async Task<ImmutableDictionary<string, string>> ReadAsync(
        ImmutableArray<RegionSpec> regions, ClusterSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var region in regions)
        {
            var cluster = new ClusterReader(region, settings, time);
            foreach (var (apiVersion, kind) in Kinds)
                foreach (var item in await cluster.ListAsync(apiVersion, kind, space: null, selector: "", cancellation))
                    foreach (var image in Workloads.ImagesOf(item))
                        found[image] = $"{item.Key} in {region.Name}";
        }

        return found.ToImmutable();
    }
}
