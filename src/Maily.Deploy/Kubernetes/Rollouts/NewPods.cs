using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Finds the pods of a workload's newest revision: only these say how its rollout goes.</summary>
sealed class NewPods(ClusterReader cluster)
{
    const string Hash = "pod-template-hash";
    const string Revision = "deployment.kubernetes.io/revision";
    const string ControllerRevision = "controller-revision-hash";

    /// <summary>The pods; none while the newest revision has made none.</summary>
    public async Task<ImmutableArray<KubernetesObject>> FindAsync(KubernetesObject workload, CancellationToken cancellation)
    {
        var selector = SelectorOf(workload);
        if (selector.Length == 0 || await LabelAsync(workload, selector, cancellation) is not { } newest)
            return [];
        return await cluster.ListAsync("v1", "Pod", workload.Key.Namespace, $"{selector},{newest}", cancellation);
    }

    /// <summary>The pods of older revisions.</summary>
    public async Task<ImmutableArray<KubernetesObject>> FindOldAsync(KubernetesObject workload, CancellationToken cancellation)
    {
        var all = await cluster.ListAsync("v1", "Pod", workload.Key.Namespace, SelectorOf(workload), cancellation);
        var newest = workload.Json.Text("status", "updateRevision");
        return newest is null ? [] : [.. all.Where(pod => IsOwnedBy(pod, workload) && pod.Label(ControllerRevision) is { } revision && revision != newest)];
    }

    async Task<string?> LabelAsync(KubernetesObject workload, string selector, CancellationToken cancellation) => workload.Kind switch
    {
        "Deployment" => await NewestAsync(workload, "apps/v1", "ReplicaSet", selector, cancellation) is { } set ? $"{Hash}={set.Label(Hash)}" : null,
        "StatefulSet" => workload.Json.Text("status", "updateRevision") is { } revision ? $"{ControllerRevision}={revision}" : null,
        "DaemonSet" => await NewestAsync(workload, "apps/v1", "ControllerRevision", selector, cancellation) is { } revision ? $"{ControllerRevision}={revision.Label(ControllerRevision)}" : null,
        _ => null,
    };

    async Task<KubernetesObject?> NewestAsync(KubernetesObject workload, string apiVersion, string kind, string selector, CancellationToken cancellation)
    {
        var owned = (await cluster.ListAsync(apiVersion, kind, workload.Key.Namespace, selector, cancellation)).Where(item => IsOwnedBy(item, workload));
        return workload.Annotation(Revision) is { } wanted
            ? owned.FirstOrDefault(item => item.Annotation(Revision) == wanted)
            : owned.MaxBy(item => item.Json.Number("revision") ?? 0);
    }

    static bool IsOwnedBy(KubernetesObject item, KubernetesObject owner) =>
        item.Json.Objects("metadata", "ownerReferences").Any(reference => reference.Text("uid") == owner.Uid);

    static string SelectorOf(KubernetesObject workload) =>
        workload.Json.At("spec", "selector", "matchLabels") is System.Text.Json.Nodes.JsonObject labels
            ? string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")) : "";
}
