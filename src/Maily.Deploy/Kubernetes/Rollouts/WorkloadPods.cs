using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>A workload's pods, told apart by revision: only the newest ones say how its rollout goes.</summary>
/// <param name="New">Those of the newest revision; none while that has made none.</param>
/// <param name="Old">Those of older revisions that are not on their way out.</param>
sealed record WorkloadPods(ImmutableArray<KubernetesObject> New, ImmutableArray<KubernetesObject> Old)
{
    const string Revision = "deployment.kubernetes.io/revision";
    const string ControllerRevision = "controller-revision-hash";

    /// <summary>No pods.</summary>
    public static WorkloadPods None { get; } = new([], []);

    /// <summary>Finds them by what owns them.</summary>
    public static WorkloadPods Of(KubernetesObject workload, WatchedNamespace space) => Of(workload, [.. space.Pods], space.ReplicaSets, space.Revisions);

    internal static WorkloadPods Of(
        KubernetesObject workload, ImmutableArray<KubernetesObject> pods, IEnumerable<KubernetesObject> replicaSets, IEnumerable<KubernetesObject> revisions)
    {
        // Until its controller has seen the change, the newest revision is that of the release before.
        if (workload.Json.Number("status", "observedGeneration") is { } observed && observed < workload.Json.Number("metadata", "generation"))
            return None;
        return workload.Kind switch
        {
            "Deployment" => OfReplicaSets(workload, pods, [.. replicaSets.Where(set => IsOwnedBy(set, workload))]),
            "StatefulSet" => OfRevision(workload, pods, workload.Json.Text("status", "updateRevision")),
            "DaemonSet" => OfRevision(workload, pods, revisions.Where(item => IsOwnedBy(item, workload)).MaxBy(item => item.Json.Number("revision") ?? 0)?.Label(ControllerRevision)),
            _ => new([.. pods.Where(pod => IsOwnedBy(pod, workload))], []),
        };
    }

    static WorkloadPods OfReplicaSets(KubernetesObject deployment, ImmutableArray<KubernetesObject> pods, ImmutableArray<KubernetesObject> sets)
    {
        var newest = deployment.Annotation(Revision) is { } wanted ? sets.FirstOrDefault(set => set.Annotation(Revision) == wanted) : null;
        return new(
            newest is null ? [] : [.. pods.Where(pod => IsOwnedBy(pod, newest))],
            [.. pods.Where(pod => !pod.IsLeaving && sets.Any(set => set != newest && IsOwnedBy(pod, set)))]);
    }

    static WorkloadPods OfRevision(KubernetesObject workload, ImmutableArray<KubernetesObject> pods, string? newest)
    {
        if (newest is null)
            return None;
        var owned = pods.Where(pod => IsOwnedBy(pod, workload)).ToLookup(pod => pod.Label(ControllerRevision) == newest);
        return new([.. owned[true]], [.. owned[false].Where(pod => !pod.IsLeaving)]);
    }

    static bool IsOwnedBy(KubernetesObject item, KubernetesObject owner) =>
        item.Json.Objects("metadata", "ownerReferences").Any(reference => reference.Text("uid") == owner.Uid);
}
