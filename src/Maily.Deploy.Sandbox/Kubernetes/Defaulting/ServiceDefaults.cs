using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Defaulting;

internal static class ServiceDefaults
{
    public static void Service(JsonObject spec)
    {
        spec.Default("type", "ClusterIP").Default("sessionAffinity", "None");
        foreach (var port in spec.Items("ports").OfType<JsonObject>())
            port.Default("protocol", "TCP").Default("targetPort", port["port"]?.DeepClone());
        if (spec.Text("type") is "NodePort" or "LoadBalancer") spec.Default("externalTrafficPolicy", "Cluster");
    }
}
