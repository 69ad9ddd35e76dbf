using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>Reads the objects of embedded clusters as lines, without what a cluster writes by itself and in one order of their fields: an object that was made anew is the same.</summary>
static class ClusterObjects
{
    static readonly string[] Kinds =
    [
        "Namespace", "ConfigMap", "Secret", "ServiceAccount", "Service", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Ingress", "NetworkPolicy",
        "PodDisruptionBudget", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "PersistentVolumeClaim", "ResourceQuota", "LimitRange",
        "HorizontalPodAutoscaler",
    ];

    const string ReleaseRecord = "maily.dev/release.v1";

    static readonly string[] Volatile = ["resourceVersion", "generation", "managedFields", "uid", "creationTimestamp"];

    /// <summary>One line an object, sorted: <c>region kind {...}</c>.</summary>
    public static ImmutableArray<string> Read(RegionalClusters clusters) =>
    [
        .. from pair in clusters.ByRegion
           let cluster = (EmbeddedCluster)pair.Value
           from kind in Kinds.Where(cluster.Serves)
           from item in cluster.Objects(kind)
           let text = $"{pair.Key} {kind} {TextOf(item)}"
           orderby text
           select text,
    ];

    // What a release's record holds is packed, with its deployment's id inside: two runs of one release never make the same. It lists what is read here anyway.
    static string TextOf(JsonObject item) => item["type"]?.GetValue<string>() == ReleaseRecord
        ? string.Join(' ', item["metadata"]!["labels"]!.AsObject().Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)) : Json.Sorted(Stable(item))!.ToJsonString();

    static JsonObject Stable(JsonObject item)
    {
        item.Remove("status");
        var metadata = item["metadata"]!.AsObject();
        foreach (var name in Volatile)
            metadata.Remove(name);
        metadata["annotations"]?.AsObject().Remove("deployment.kubernetes.io/revision");
        return item;
    }
}
