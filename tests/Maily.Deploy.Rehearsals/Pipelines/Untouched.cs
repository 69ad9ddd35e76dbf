using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>
/// More than what a deployment may change: whatever shows that somebody wrote at all. Versions of the clusters' objects, tags
/// of the registry, and each request to Vercel that was no question.
/// </summary>
static class Untouched
{
    static readonly string[] Kinds =
        ["Namespace", "ConfigMap", "Secret", "ServiceAccount", "Service", "Deployment", "ReplicaSet", "StatefulSet", "Pod", "Ingress", "NetworkPolicy", "PodDisruptionBudget"];

    public static async Task<string[]> ReadAsync(SandboxParts parts, CancellationToken cancellation) =>
        [.. await FarSides.ReadAsync(parts, cancellation), .. await TagsAsync(parts, cancellation), .. Versions(parts), .. Vercel(parts)];

    static IEnumerable<string> Versions(SandboxParts parts) =>
        from pair in parts.Clusters.ByRegion
        from kind in Kinds
        from item in ((EmbeddedCluster)pair.Value).Objects(kind)
        let text = $"{pair.Key} {kind} {item["metadata"]!["namespace"]}/{item["metadata"]!["name"]} at version {item["metadata"]!["resourceVersion"]}"
        orderby text
        select text;

    static async Task<string[]> TagsAsync(SandboxParts parts, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = parts.Registry.Url };
        var lines = new List<string>();
        foreach (var repository in (await AskAsync("v2/_catalog"))["repositories"]!.AsArray())
            lines.AddRange((await AskAsync($"v2/{repository}/tags/list"))["tags"]!.AsArray().Select(tag => $"tag {repository}:{tag}"));
        return [.. lines.Order(StringComparer.Ordinal)];

        async Task<JsonNode> AskAsync(string path) => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative), cancellation))!;
    }

    static IEnumerable<string> Vercel(SandboxParts parts) =>
    [
        .. parts.Vercel.State.Deployments.Select(deployment => $"vercel {deployment.Id} {deployment.ReadyState} {deployment.ReadySubstate}"),
        .. parts.Vercel.Requests.All.Where(request => request.Method is not ("GET" or "HEAD")).Select(request => $"vercel was asked to {request.Method} {request.Path}"),
    ];
}
