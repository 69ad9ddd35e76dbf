using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Deletes the broken pods of a StatefulSet's failed revision: it waits for them to get ready before it replaces them (kubernetes/kubernetes#67250).</summary>
sealed class StuckPods(ClusterReader cluster, ClusterWriter writer, ILogger log)
{
    /// <summary>Deletes them; pods of other workloads are replaced by their controllers.</summary>
    public async Task DeleteAsync(KubernetesObject workload, WorkloadPods pods, CancellationToken cancellation)
    {
        if (workload.Kind != "StatefulSet")
            return;
        foreach (var pod in pods.Old.Where(pod => !PodDiagnosis.IsReady(pod)))
        {
            log.LogInformation("{Region}: {Pod} of the failed revision blocks {Workload}, and is deleted", cluster.Region, pod.Key, workload.Key);
            await writer.DeleteAsync(pod, cancellation);
        }
    }
}
