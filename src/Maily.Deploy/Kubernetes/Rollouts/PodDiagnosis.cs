using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Reads from a pod, and from what the cluster says about it, why it does not get ready. Decides only; asks nobody.</summary>
public static class PodDiagnosis
{
    /// <summary>What is wrong with a pod; nothing for one that is merely starting, is ready, or is on its way out.</summary>
    public static IEnumerable<PodProblem> OfPod(KubernetesObject pod, ClusterEvents events)
    {
        ArgumentNullException.ThrowIfNull(pod);
        ArgumentNullException.ThrowIfNull(events);
        if (pod.IsLeaving || IsReady(pod))
            return [];
        if (pod.Json.Text("status", "phase") == "Failed" && pod.Json.Text("spec", "restartPolicy") == "Always")
            return [Ended(pod)];
        return OfWhole(pod, events).Concat(ContainersOf(pod).Select(status => ContainerDiagnosis.Of(pod, status, events)).OfType<PodProblem>());
    }

    /// <summary>Whether a pod says that it is ready.</summary>
    internal static bool IsReady(KubernetesObject pod) => pod.Json.Objects("status", "conditions")
        .Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    static IEnumerable<JsonObject> ContainersOf(KubernetesObject pod) =>
        pod.Json.Objects("status", "initContainerStatuses").Concat(pod.Json.Objects("status", "containerStatuses"));

    static IEnumerable<PodProblem> OfWhole(KubernetesObject pod, ClusterEvents events)
    {
        foreach (var condition in pod.Json.Objects("status", "conditions"))
            if (condition.Text("type") == "PodScheduled" && condition.Text("reason") == "Unschedulable")
                yield return Unschedulable(pod, condition.Text("message") ?? "no node takes it");
        if (BeforeStart(pod, events) is { } problem)
            yield return problem;
    }

    // Thrown out by its node: it stays to be read while another one takes its place, which may take a while.
    static PodProblem Ended(KubernetesObject pod) =>
        new(PodProblemKind.Node, pod.Key, null, $"{pod.Json.Text("status", "reason") ?? "Failed"}: {pod.Json.Text("status", "message")}", "See what the node lacks: `kubectl describe node`.")
        {
            Expected = TimeSpan.FromMinutes(2),
        };

    static PodProblem Unschedulable(KubernetesObject pod, string message) =>
        new(PodProblemKind.Unschedulable, pod.Key, null, $"no node takes it: {message}", SchedulingRemedy.For(message, pod));

    // These are only said in events; what came after them in a pod's life says that they have passed.
    static PodProblem? BeforeStart(KubernetesObject pod, ClusterEvents events)
    {
        if (ContainersOf(pod).Any(status => status.At("state", "running") is not null || status.At("state", "terminated") is not null))
            return null;
        if (events.Last(pod, "FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox") is not { } said || events.Last(pod, "Pulling", "Pulled", "Created", "Failed")?.At > said.At)
            return null;
        // The sum of what failed, minutes later, says less than each single failure.
        var best = events.About(pod).LastOrDefault(other => other.Reason == said.Reason && !other.Message.StartsWith("Unable to attach or mount volumes", StringComparison.Ordinal)) ?? said;
        if (said.Reason == "FailedCreatePodSandBox")
            return new(PodProblemKind.Node, pod.Key, null, best.Message, "See the node's network and container engine: `kubectl describe node`.");
        return MissingObject.In(best.Message) is { } missing
            ? new(PodProblemKind.Configuration, pod.Key, null, best.Message, missing.Remedy(pod)) { LacksSecret = missing is { Kind: "Secret", Key: null } }
            : new(PodProblemKind.Volume, pod.Key, null, best.Message, "See why the volume cannot be had: `kubectl describe` of the pod and its PersistentVolumeClaim.");
    }
}
