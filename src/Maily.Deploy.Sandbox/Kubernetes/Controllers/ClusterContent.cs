using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>What is in a cluster from the beginning.</summary>
internal static class ClusterContent
{
    public const string Node = "sandbox";

    public static void Create(ClusterAccess cluster, EmbeddedClusterOptions options)
    {
        foreach (var name in new[] { "default", "kube-system", "kube-public", "kube-node-lease" })
            cluster.Create("Namespace", null, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
        if (options.RunsPods) cluster.Create("Node", null, NodeObject(cluster.Now));
    }

    /// <summary>The one node, with the labels that each kubelet gives its own; with the port of its own API where it serves one.</summary>
    public static JsonObject NodeObject(DateTimeOffset now, int? port = null)
    {
        var labels = new JsonObject { ["kubernetes.io/hostname"] = Node };
        foreach (var prefix in new[] { "", "beta." }) (labels[$"{prefix}kubernetes.io/os"], labels[$"{prefix}kubernetes.io/arch"]) = ("linux", "amd64");
        var capacity = new JsonObject { ["cpu"] = "8", ["memory"] = "32Gi", ["pods"] = "110" };
        var node = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Node, ["labels"] = labels },
            ["status"] = new JsonObject
            {
                ["capacity"] = capacity,
                ["allocatable"] = capacity.Copy(),
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "Ready",
                    ["status"] = "True",
                    ["reason"] = "KubeletReady",
                    ["message"] = "the embedded node is ready",
                    ["lastTransitionTime"] = Json.Stamp(now),
                }),
            },
        };
        if (port is null) return node;
        node.Child("status")["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" });
        node.Child("status")["daemonEndpoints"] = new JsonObject { ["kubeletEndpoint"] = new JsonObject { ["Port"] = port } };
        return node;
    }
}
