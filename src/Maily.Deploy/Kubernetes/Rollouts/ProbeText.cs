using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Says what a probe asks.</summary>
static class ProbeText
{
    /// <summary><c> (GET :8080/ready)</c>, or nothing where it asks in another way.</summary>
    public static string Of(JsonNode? probe)
    {
        if (probe.At("httpGet") is { } http)
            return $" (GET :{http["port"]}{http.Text("path") ?? "/"})";
        if (probe.At("tcpSocket") is { } tcp)
            return $" (a connection to port {tcp["port"]})";
        return probe.At("exec", "command") is JsonArray words ? $" (`{string.Join(' ', words.Select(word => word?.ToString()))}`)" : "";
    }
}
