using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>How far a rollout is.</summary>
public enum RolloutState
{
    /// <summary>All wanted pods run the wanted revision.</summary>
    Done,

    /// <summary>Still going on.</summary>
    Waiting,

    /// <summary>It will not succeed by itself.</summary>
    Failed,
}

/// <summary>What a workload's status says of its rollout.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Text">In kubectl's words.</param>
public sealed record RolloutStatus(RolloutState State, string Text)
{
    /// <summary>Whether pods of the former revision stay until a person deletes them: so it is declared (<c>OnDelete</c>).</summary>
    public bool LeavesPods { get; private init; }

    /// <summary>
    /// Decides by kubectl's rules, in kubectl's order, for Deployment, StatefulSet and DaemonSet; for a Job by its conditions; other kinds are done.
    /// Where pods are replaced only when somebody deletes them, kubectl says nothing: it is done without them.
    /// </summary>
    public static RolloutStatus Decide(JsonNode live) => live.Text("kind") switch
    {
        "Deployment" => Deployment(live),
        "StatefulSet" => StatefulSet(live),
        "DaemonSet" => DaemonSet(live),
        "Job" => Job(live),
        _ => Done("nothing to roll out"),
    };

    static RolloutStatus Deployment(JsonNode live)
    {
        var (wanted, updated) = (live.Number("spec", "replicas"), Status(live, "updatedReplicas"));
        var (present, available) = (Status(live, "replicas"), Status(live, "availableReplicas"));
        if (IsBehind(live))
            return Waiting("waiting for the spec update to be observed");
        if (live.Objects("status", "conditions").Any(condition => condition.Text("type") == "Progressing" && condition.Text("reason") == "ProgressDeadlineExceeded"))
            return Failed("exceeded its progress deadline");
        if (wanted is not null && updated < wanted)
            return Waiting($"{updated} out of {wanted} new replicas have been updated");
        if (present > updated)
            return Waiting($"{present - updated} old replicas are pending termination");
        return available < updated ? Waiting($"{available} of {updated} updated replicas are available") : Done("successfully rolled out");
    }

    static RolloutStatus StatefulSet(JsonNode live)
    {
        if (Status(live, "observedGeneration") == 0 || IsBehind(live))
            return Waiting("waiting for the spec update to be observed");
        if (OnDelete(live, live.Number("spec", "replicas") ?? 1, Status(live, "replicas"), Status(live, "updatedReplicas"), Status(live, "readyReplicas")) is { } left)
            return left;
        if (live.Number("spec", "replicas") is { } wanted && Status(live, "readyReplicas") < wanted)
            return Waiting($"waiting for {wanted - Status(live, "readyReplicas")} pods to be ready");
        if (live.Number("spec", "updateStrategy", "rollingUpdate", "partition") is > 0 and var partition)
            return Partitioned(live, partition);
        return IsOnDelete(live) || live.Text("status", "updateRevision") == live.Text("status", "currentRevision")
            ? Done("rolling update complete")
            : Waiting($"waiting for the rolling update: {Status(live, "updatedReplicas")} pods at revision {live.Text("status", "updateRevision")}");
    }

    static RolloutStatus Partitioned(JsonNode live, long partition)
    {
        var (updated, asked) = (Status(live, "updatedReplicas"), (live.Number("spec", "replicas") ?? 0) - partition);
        return updated < asked
            ? Waiting($"waiting for the partitioned rollout: {updated} out of {asked} new pods have been updated")
            : Done($"partitioned rollout complete: {updated} new pods have been updated");
    }

    static RolloutStatus DaemonSet(JsonNode live)
    {
        if (IsBehind(live))
            return Waiting("waiting for the spec update to be observed");
        var wanted = Status(live, "desiredNumberScheduled");
        if (OnDelete(live, wanted, Status(live, "currentNumberScheduled"), Status(live, "updatedNumberScheduled"), Status(live, "numberReady")) is { } left)
            return left;
        if (Status(live, "updatedNumberScheduled") is var updated && updated < wanted)
            return Waiting($"{updated} out of {wanted} new pods have been updated");
        return Status(live, "numberAvailable") is var available && available < wanted
            ? Waiting($"{available} of {wanted} updated pods are available")
            : Done("successfully rolled out");
    }

    static RolloutStatus Job(JsonNode live)
    {
        JsonObject? Condition(string type) => live.Objects("status", "conditions").FirstOrDefault(condition => condition.Text("type") == type && condition.Text("status") == "True");
        if (Condition("Complete") is not null)
            return Done("complete");
        if (Condition("Failed") is { } failed)
            return Failed($"failed: {failed.Text("reason")}: {failed.Text("message")}");
        if (live.IsTrue("spec", "suspend"))
            return Done("suspended: it runs when somebody resumes it");
        return Waiting($"{Status(live, "succeeded")} of {live.Number("spec", "completions") ?? 1} completions, {Status(live, "active")} running, {Status(live, "failed")} failed");
    }

    // Where there are former pods only, it is no matter of this release whether they are well, and may be what it mends. Once there are new ones,
    // the status does not say whose pods are not ready.
    static RolloutStatus? OnDelete(JsonNode live, long wanted, long present, long updated, long ready) => !IsOnDelete(live) || present < wanted || updated >= wanted ? null
        : updated > 0 && ready < wanted ? Waiting($"waiting for {wanted - ready} pods to be ready")
        : Done($"{wanted - updated} pods of the former revision are replaced when somebody deletes them (updateStrategy OnDelete)") with { LeavesPods = true };

    static bool IsOnDelete(JsonNode live) => live.Text("spec", "updateStrategy", "type") == "OnDelete";

    static bool IsBehind(JsonNode live) => (live.Number("metadata", "generation") ?? 0) > Status(live, "observedGeneration");

    static long Status(JsonNode live, string field) => live.Number("status", field) ?? 0;

    static RolloutStatus Done(string text) => new(RolloutState.Done, text);

    static RolloutStatus Waiting(string text) => new(RolloutState.Waiting, text);

    static RolloutStatus Failed(string text) => new(RolloutState.Failed, text);
}
