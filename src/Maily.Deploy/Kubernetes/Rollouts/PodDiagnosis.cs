using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Reads from a pod or a workload why it does not get ready. Decides only; asks nobody.</summary>
public static class PodDiagnosis
{
    /// <summary>What is wrong with a pod; nothing for one that is merely starting.</summary>
    public static IEnumerable<PodProblem> OfPod(KubernetesObject pod)
    {
        foreach (var condition in pod.Json.Objects("status", "conditions"))
            if (condition.Text("type") == "PodScheduled" && condition.Text("reason") == "Unschedulable")
                yield return new(PodProblemKind.Unschedulable, pod.Key, null, condition.Text("message") ?? "no node takes it");
        foreach (var status in pod.Json.Objects("status", "initContainerStatuses").Concat(pod.Json.Objects("status", "containerStatuses")))
            if (OfContainer(pod.Key, status) is { } problem)
                yield return problem;
    }

    /// <summary>What is wrong with a workload itself.</summary>
    public static IEnumerable<PodProblem> OfWorkload(JsonNode live)
    {
        foreach (var condition in live.Objects("status", "conditions"))
            if (condition.Text("type") == "ReplicaFailure" && condition.Text("status") == "True")
                yield return new(PodProblemKind.ReplicaFailure, null, null, condition.Text("message") ?? "pods cannot be made");
        if (live.IsTrue("spec", "paused"))
            yield return new(PodProblemKind.Paused, null, null, "it is paused, so that nothing is rolled out");
    }

    static PodProblem? OfContainer(ObjectKey pod, JsonObject status)
    {
        var (name, reason) = (status.Text("name"), status.Text("state", "waiting", "reason"));
        var text = $"{reason}: {status.Text("state", "waiting", "message") ?? status.Text("image")}";
        return reason switch
        {
            "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" or "RegistryUnavailable" => new(PodProblemKind.ImagePull, pod, name, text),
            "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" => new(PodProblemKind.Configuration, pod, name, text),
            "CrashLoopBackOff" => new(PodProblemKind.CrashLoop, pod, name, Ended(status)),
            _ => null,
        };
    }

    static string Ended(JsonObject status)
    {
        var last = status.At("lastState", "terminated") ?? status.At("state", "terminated");
        var oom = last.Text("reason") == "OOMKilled" ? ", killed because it used more memory than its limit (OOMKilled)" : "";
        return $"crashes again and again (exit code {last.Number("exitCode")?.ToString() ?? "unknown"}{oom}, {status.Number("restartCount") ?? 0} restarts)";
    }
}
