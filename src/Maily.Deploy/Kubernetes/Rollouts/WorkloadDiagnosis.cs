using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Reads from a workload, its pods and the events about them why its rollout does not go on. Decides only; asks nobody.</summary>
static class WorkloadDiagnosis
{
    /// <summary>All problems; of equal ones of several pods the first.</summary>
    public static ImmutableArray<PodProblem> Of(KubernetesObject workload, WorkloadPods pods, ClusterEvents events)
    {
        var all = OfWorkload(workload, events).Concat(pods.New.SelectMany(pod => PodDiagnosis.OfPod(pod, events))).Concat(Blocking(workload, pods, events));
        return [.. all.GroupBy(problem => (problem.Kind, problem.Container, problem.Text)).Select(Sum)];
    }

    static PodProblem Sum(IGrouping<(PodProblemKind, string?, string), PodProblem> same) =>
        same.Count() == 1 ? same.First() : same.First() with { Text = $"{same.First().Text} (and {same.Count() - 1} more pods)" };

    static IEnumerable<PodProblem> OfWorkload(KubernetesObject workload, ClusterEvents events)
    {
        foreach (var condition in workload.Json.Objects("status", "conditions"))
            if (condition.Text("type") == "ReplicaFailure" && condition.Text("status") == "True")
                yield return Refused(workload, condition.Text("message") ?? "pods cannot be made");
        // Only a Deployment says so in its status.
        if (LacksPods(workload) && events.Last(workload, "FailedCreate") is { } said && said.At >= AppliedAt(workload))
            yield return Refused(workload, said.Message);
        if (workload.Kind == "Deployment" && workload.Json.IsTrue("spec", "paused"))
            yield return new(PodProblemKind.Paused, null, null, "it is paused, so that nothing is rolled out",
                $"Resume it with `kubectl rollout resume deployment/{workload.Key.Name} --namespace {workload.Key.Namespace}`, or take `paused` out of its manifest.");
    }

    static PodProblem Refused(KubernetesObject workload, string message) => message.Contains("exceeded quota", StringComparison.Ordinal)
        ? new(PodProblemKind.Quota, null, null, message, $"Raise the ResourceQuota of namespace {workload.Key.Namespace}, lower what the pods request, or run fewer of them.")
        : new(PodProblemKind.Admission, null, null, message, "Correct the pod template as admission asks.");

    static bool LacksPods(KubernetesObject workload)
    {
        long Number(params ReadOnlySpan<string> path) => workload.Json.Number(path) ?? 0;
        return workload.Kind switch
        {
            "StatefulSet" => Number("status", "replicas") < (workload.Json.Number("spec", "replicas") ?? 1),
            "DaemonSet" => Number("status", "currentNumberScheduled") < Number("status", "desiredNumberScheduled"),
            "Job" => Number("status", "active") == 0,
            _ => false,
        };
    }

    // What was said about the release before does not count.
    static DateTimeOffset AppliedAt(KubernetesObject workload) => workload.Json.Objects("metadata", "managedFields")
        .Where(entry => entry.Text("manager") == Marks.Manager && entry.Text("operation") == "Apply")
        .Select(entry => DateTimeOffset.TryParse(entry.Text("time"), System.Globalization.CultureInfo.InvariantCulture, out var time) ? time : DateTimeOffset.MinValue)
        .DefaultIfEmpty(DateTimeOffset.MinValue).Max();

    static IEnumerable<PodProblem> Blocking(KubernetesObject workload, WorkloadPods pods, ClusterEvents events) => workload.Kind != "StatefulSet" ? [] : pods.Old
        .Select(pod => PodDiagnosis.OfPod(pod, events).FirstOrDefault(problem => problem.Kind is not (PodProblemKind.NotReady or PodProblemKind.Starting))).OfType<PodProblem>()
        .Select(broken => new PodProblem(PodProblemKind.Blocked, broken.Pod, broken.Container, $"is of another revision and broken, and the StatefulSet waits for it (kubernetes#67250): {broken.Text}",
            $"Delete it with `kubectl delete pod {broken.Pod!.Name} --namespace {broken.Pod.Namespace}`: it comes back as the wanted revision."));
}
