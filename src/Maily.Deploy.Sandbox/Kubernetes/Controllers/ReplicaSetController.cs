using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps as many pods of a replica set as it wants.</summary>
internal sealed class ReplicaSetController(ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        foreach (var set in cluster.List("ReplicaSet").Where(set => !set.IsBeingDeleted())) Reconcile(set);
        return Task.CompletedTask;
    }

    void Reconcile(JsonObject set)
    {
        var pods = Pods.Of(cluster, set).Where(Pods.IsActive).ToList();
        var wanted = (int)(set.Number("spec", "replicas") ?? 1);
        string? refused = null;
        for (var missing = wanted - pods.Count; missing > 0; missing--)
            refused ??= cluster.CreatePod(set, Pods.FromTemplate(set, set.At("spec", "template"), null, []));
        foreach (var pod in pods.OrderBy(Pods.IsReady).ThenByDescending(pod => pod.Version()).Take(pods.Count - wanted)) cluster.Delete(pod);
        Report(set, refused);
    }

    void Report(JsonObject set, string? refused)
    {
        var pods = Pods.Of(cluster, set).Where(Pods.IsActive).ToList();
        cluster.SetStatus(set, new JsonObject
        {
            ["replicas"] = pods.Count,
            ["fullyLabeledReplicas"] = Count.OrNothing(pods.Count),
            ["readyReplicas"] = Count.OrNothing(pods.Count(Pods.IsReady)),
            ["availableReplicas"] = Count.OrNothing(pods.Count(pod => Pods.IsAvailable(pod, set, cluster.Now))),
            ["observedGeneration"] = set.Generation(),
            ["conditions"] = refused is null ? null : new JsonArray(Conditions.Next(set, cluster.Now, "ReplicaFailure", "True", "FailedCreate", refused)),
        });
    }
}

/// <summary>Counts as the real API writes them: zero is left out.</summary>
internal static class Count
{
    public static JsonNode? OrNothing(long count) => count == 0 ? null : JsonValue.Create(count);

    /// <summary>An absolute number, or a percentage of a total.</summary>
    public static int Share(string? share, int total, bool roundsUp)
    {
        if (share is null) return 0;
        if (!share.EndsWith('%')) return int.Parse(share);
        var exact = int.Parse(share[..^1]) * total / 100.0;
        return (int)(roundsUp ? Math.Ceiling(exact) : Math.Floor(exact));
    }
}
