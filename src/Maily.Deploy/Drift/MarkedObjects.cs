using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.GitOps;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Drift;

/// <summary>Finds the objects of all kinds that a deployment, or Argo CD for it, put its mark on.</summary>
sealed class MarkedObjects(ClusterReader cluster, int parallel)
{
    // Release records, what Secrets are named by, and the books of a set lie in the cluster too, and are no part of a release.
    static bool IsBookkeeping(KubernetesObject item) =>
        item.Json.Text("type")?.StartsWith("maily.dev/", StringComparison.Ordinal) == true || item.Label(SecretVault.Label) is not null || item.Label(ApplySetMarks.Id) is not null;

    static readonly string Selector = $"{Marks.ManagedBy}={Marks.Manager}";

    /// <summary>All of them, but those that a controller made from others.</summary>
    public async Task<ImmutableArray<KubernetesObject>> ListAsync(CancellationToken cancellation)
    {
        var found = new ConcurrentBag<KubernetesObject>();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(await cluster.Discovery.ListableAsync(cancellation), limit, async (kind, token) =>
        {
            foreach (var item in await cluster.ListAsync(kind.ApiVersion, kind.Kind, null, Selector, token))
                if (IsOurs(item))
                    found.Add(item);
        });
        return [.. found.DistinctBy(item => item.Uid)];
    }

    static bool IsOurs(KubernetesObject item) =>
        (item.Annotation(Marks.Deployment) ?? item.Annotation(ArgoApplication.TrackingAnnotation)) is not null && !item.Json.Objects("metadata", "ownerReferences").Any() && !IsBookkeeping(item);
}
