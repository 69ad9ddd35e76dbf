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
        if (options.RunsPods) cluster.Create("Node", null, NodeObject(cluster));
    }

    static JsonObject NodeObject(ClusterAccess cluster)
    {
        var capacity = new JsonObject { ["cpu"] = "8", ["memory"] = "32Gi", ["pods"] = "110" };
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = Node, ["labels"] = new JsonObject { ["kubernetes.io/hostname"] = Node } },
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
                    ["lastTransitionTime"] = Json.Stamp(cluster.Now),
                }),
            },
        };
    }
}
