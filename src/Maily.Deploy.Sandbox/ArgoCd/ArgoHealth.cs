using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>How healthy Argo CD finds an object, by its own rules for each kind.</summary>
static class ArgoHealth
{
    static readonly string[] FromBest = ["Healthy", "Suspended", "Progressing", "Missing", "Degraded", "Unknown"];

    /// <summary>Health and message of a live object; null for kinds that have none.</summary>
    public static (string Status, string Message)? Of(string kind, JsonObject? live) => (kind, live) switch
    {
        (_, null) => ("Missing", ""),
        ("Deployment", var json) => Deployment(json),
        ("StatefulSet", var json) => StatefulSet(json),
        ("DaemonSet", var json) => DaemonSet(json),
        _ => null,
    };

    /// <summary>The worst of all; healthy where there is none.</summary>
    public static string Worst(IEnumerable<string> all) => all.MaxBy(health => Array.IndexOf(FromBest, health)) ?? "Healthy";

    static (string, string) Deployment(JsonObject live)
    {
        var status = live["status"];
        if (Number(live["metadata"]?["generation"]) > Number(status?["observedGeneration"]))
            return ("Progressing", "Waiting for rollout to finish: observed deployment generation less than desired generation");
        if ((status?["conditions"]?.AsArray() ?? []).Any(condition => (string?)condition!["reason"] == "ProgressDeadlineExceeded"))
            return ("Degraded", $"Deployment \"{(string?)live["metadata"]!["name"]}\" exceeded its progress deadline");
        var (wanted, updated) = (Number(live["spec"]?["replicas"], 1), Number(status?["updatedReplicas"]));
        if (updated < wanted)
            return ("Progressing", $"Waiting for rollout to finish: {updated} out of {wanted} new replicas have been updated...");
        if (Number(status?["replicas"]) > updated)
            return ("Progressing", $"Waiting for rollout to finish: {Number(status?["replicas"]) - updated} old replicas are pending termination...");
        return Number(status?["availableReplicas"]) < updated
            ? ("Progressing", $"Waiting for rollout to finish: {Number(status?["availableReplicas"])} of {updated} updated replicas are available...") : ("Healthy", "");
    }

    static (string, string) StatefulSet(JsonObject live)
    {
        var status = live["status"];
        if (Number(status?["observedGeneration"]) == 0 || Number(live["metadata"]?["generation"]) > Number(status?["observedGeneration"]))
            return ("Progressing", "Waiting for statefulset spec update to be observed...");
        var (wanted, ready) = (Number(live["spec"]?["replicas"], 1), Number(status?["readyReplicas"]));
        if (ready < wanted)
            return ("Progressing", $"Waiting for {wanted - ready} pods to be ready...");
        return (string?)status?["updateRevision"] != (string?)status?["currentRevision"] ? ("Progressing", "waiting for statefulset rolling update to complete") : ("Healthy", "");
    }

    static (string, string) DaemonSet(JsonObject live)
    {
        var status = live["status"];
        if (Number(live["metadata"]?["generation"]) > Number(status?["observedGeneration"]))
            return ("Progressing", "Waiting for rollout to finish: observed daemon set generation less than desired generation");
        var wanted = Number(status?["desiredNumberScheduled"]);
        return Number(status?["updatedNumberScheduled"]) < wanted || Number(status?["numberAvailable"]) < wanted ? ("Progressing", "Waiting for daemon set to finish") : ("Healthy", "");
    }

    static long Number(JsonNode? node, long standard = 0) => node is null ? standard : (long)node;
}
