using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Finds what a pod belongs to.</summary>
internal static class Workloads
{
    /// <summary>The name of the Deployment, StatefulSet, DaemonSet or Job; of a bare pod its own.</summary>
    public static string NameOf(ClusterAccess cluster, JsonObject pod)
    {
        var owner = pod.Controller();
        if (owner is null) return pod.Name();
        var name = owner.Text("name") ?? "";
        if (owner.Text("kind") != "ReplicaSet") return name;
        var set = cluster.Find("ReplicaSet", pod.Namespace(), name);
        return set?.Controller().Text("name") ?? name;
    }

    /// <summary>The same from the pod alone: a Deployment's replica sets are named after it and its template's hash.</summary>
    public static string NameOf(JsonObject pod)
    {
        var name = pod.Controller().Text("name") ?? pod.Name();
        return pod.Labels().TryGetValue("pod-template-hash", out var hash) && name.EndsWith($"-{hash}", StringComparison.Ordinal) ? name[..^(hash.Length + 1)] : name;
    }
}
