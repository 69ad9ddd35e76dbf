using System.Collections.Immutable;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Orders objects so that each finds what it needs: groups one after another, within a group side by side.</summary>
public static class ApplyOrder
{
    static readonly ImmutableArray<ImmutableArray<string>> Groups =
    [
        ["Namespace"],
        ["CustomResourceDefinition"],
        ["PriorityClass", "StorageClass", "IngressClass", "RuntimeClass", "ResourceQuota", "LimitRange", "NetworkPolicy", "PodDisruptionBudget"],
        ["ServiceAccount", "ClusterRole", "Role"],
        ["ClusterRoleBinding", "RoleBinding"],
        ["ConfigMap", "Secret"],
        ["PersistentVolume"],
        ["PersistentVolumeClaim"],
        ["Service", "Endpoints", "EndpointSlice"],
        ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Pod", "Job", "CronJob"],
        ["HorizontalPodAutoscaler"],
        ["Ingress"],
    ];

    /// <summary>The place of kinds that are not known, such as custom ones: after workloads and before ingress.</summary>
    public static int Others => Groups.Length - 2;

    /// <summary>The place of a kind's group.</summary>
    public static int GroupOf(string kind)
    {
        for (var at = 0; at < Groups.Length; at++)
            if (Groups[at].Contains(kind))
                return at;
        return Others;
    }

    /// <summary>In the order of groups, then by kind, namespace and name.</summary>
    public static IEnumerable<KubernetesObject> Sort(IEnumerable<KubernetesObject> objects) => objects
        .OrderBy(item => GroupOf(item.Kind))
        .ThenBy(item => item.Kind, StringComparer.Ordinal)
        .ThenBy(item => item.Key.Namespace, StringComparer.Ordinal)
        .ThenBy(item => item.Key.Name, StringComparer.Ordinal);
}
