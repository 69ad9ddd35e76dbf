using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Tells how far a deployment's rollout is.</summary>
internal sealed class DeploymentStatus(ClusterState state, ClusterAccess cluster)
{
    sealed record Counts(long Replicas, long Updated, long Ready, long Available, long Wanted)
    {
        public bool IsComplete => Updated == Wanted && Replicas == Wanted && Available == Wanted;

        public bool IsProgressSince(JsonObject deployment) =>
            Updated > (deployment.Number("status", "updatedReplicas") ?? 0)
            || Replicas - Updated < (deployment.Number("status", "replicas") ?? 0) - (deployment.Number("status", "updatedReplicas") ?? 0)
            || Ready > (deployment.Number("status", "readyReplicas") ?? 0)
            || Available > (deployment.Number("status", "availableReplicas") ?? 0);
    }

    public void Report(JsonObject deployment, List<JsonObject> sets, JsonObject? current)
    {
        var counts = new Counts(
            Sum(sets, "replicas"), current.Number("status", "replicas") ?? 0, Sum(sets, "readyReplicas"), Sum(sets, "availableReplicas"),
            deployment.Number("spec", "replicas") ?? 1);
        cluster.SetStatus(deployment, new JsonObject
        {
            ["observedGeneration"] = deployment.Generation(),
            ["replicas"] = Count.OrNothing(counts.Replicas),
            ["updatedReplicas"] = Count.OrNothing(counts.Updated),
            ["readyReplicas"] = Count.OrNothing(counts.Ready),
            ["availableReplicas"] = Count.OrNothing(counts.Available),
            ["unavailableReplicas"] = Count.OrNothing(Math.Max(0, Math.Max(counts.Replicas, counts.Wanted) - counts.Available)),
            ["conditions"] = new JsonArray([Available(deployment, counts), Progressing(deployment, current, counts), .. Refused(deployment, current)]),
        });
    }

    IEnumerable<JsonNode> Refused(JsonObject deployment, JsonObject? current) => current is not null && Conditions.Find(current, "ReplicaFailure") is { } refused
        ? [Next(deployment, "ReplicaFailure", "True", refused.Text("reason") ?? "", refused.Text("message") ?? "")] : [];

    static long Sum(List<JsonObject> sets, string field) => sets.Sum(set => set.Number("status", field) ?? 0);

    JsonObject Available(JsonObject deployment, Counts counts)
    {
        var least = counts.Wanted - DeploymentScaling.MaxUnavailable(deployment, (int)counts.Wanted);
        return counts.Available >= least
            ? Next(deployment, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
            : Next(deployment, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.");
    }

    JsonObject Progressing(JsonObject deployment, JsonObject? current, Counts counts)
    {
        const string Type = "Progressing";
        if (deployment.Flag("spec", "paused")) return Next(deployment, Type, "Unknown", "DeploymentPaused", "Deployment is paused");
        var name = current?.Name();
        if (counts.IsComplete)
            return Next(deployment, Type, "True", "NewReplicaSetAvailable", $"ReplicaSet \"{name}\" has successfully progressed.");
        var was = Conditions.Find(deployment, Type);
        if (IsOverdue(deployment, was))
            return Next(deployment, Type, "False", "ProgressDeadlineExceeded", $"ReplicaSet \"{name}\" has timed out progressing.");
        var next = Next(deployment, Type, "True", "ReplicaSetUpdated", $"ReplicaSet \"{name}\" is progressing.");
        if (counts.IsProgressSince(deployment)) next["lastUpdateTime"] = Json.Stamp(cluster.Now);
        return next;
    }

    bool IsOverdue(JsonObject deployment, JsonObject? was)
    {
        var images = deployment.Items("spec", "template", "spec", "containers").Select(item => item.Text("image") ?? "");
        if (state.Faults.Of(deployment.Namespace() ?? "", deployment.Name(), images) is DeadlinePasses) return true;
        // Once overdue stays overdue, until there is something new to observe.
        if (was.Text("reason") == "ProgressDeadlineExceeded" && deployment.Number("status", "observedGeneration") == deployment.Generation()) return true;
        if (was is null || was.Text("reason") == "NewReplicaSetAvailable" || was.Text("status") != "True") return false;
        var seconds = deployment.Number("spec", "progressDeadlineSeconds") ?? 600;
        return was.Time("lastUpdateTime") is { } since && since.AddSeconds(seconds) < cluster.Now;
    }

    JsonObject Next(JsonObject deployment, string type, string status, string reason, string message) =>
        Conditions.Next(deployment, cluster.Now, type, status, reason, message, withUpdate: true);
}
