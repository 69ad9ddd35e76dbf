using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Reads from one container's status why it does not get ready.</summary>
static class ContainerDiagnosis
{
    const int CrashesOfALoop = 3;

    // A kubelet tries again after 10 and 20 seconds.
    static readonly TimeSpan Retries = TimeSpan.FromSeconds(35);

    // What starts beside what it needs may crash once or twice until that is there.
    static readonly TimeSpan FirstCrashes = TimeSpan.FromSeconds(20);

    public static PodProblem? Of(KubernetesObject pod, JsonObject status, ClusterEvents events) => status.Text("state", "waiting", "reason") switch
    {
        "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" or "ImageInspectError" or "RegistryUnavailable" => Pull(pod, status, events),
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" or "PreCreateHookError" or "PreStartHookError" or "PostStartHookError" => Configuration(pod, status, events),
        "CrashLoopBackOff" => Crash(pod, status, events),
        not null => null,
        _ when status.At("state", "terminated") is { } end => end.Number("exitCode") is not 0 ? Crash(pod, status, events) : null,
        _ when status.At("state", "running") is not null && !status.IsTrue("ready") => ComesToAnEnd(pod, status) ? Preparing(pod, status) : Unready(pod, status, events),
        _ => null,
    };

    static PodProblem Pull(KubernetesObject pod, JsonObject status, ClusterEvents events)
    {
        var (reason, message) = (status.Text("state", "waiting", "reason"), status.Text("state", "waiting", "message") ?? "");
        var image = SpecOf(pod, status).Text("image") ?? status.Text("image") ?? "its image";
        // While it waits between two attempts a kubelet says only that; why, it said after the attempt.
        var said = events.About(pod).LastOrDefault(item => item.Reason is "Failed" or "InspectFailed" && item.Message.StartsWith("Failed to ", StringComparison.Ordinal) && item.Message.Contains(image, StringComparison.Ordinal));
        var why = reason == "ImagePullBackOff" && said is not null ? said.Message : message;
        var failure = PullFailure.Of($"{reason} {why}", image);
        return new(PodProblemKind.ImagePull, pod.Key, status.Text("name"), $"{reason}: {image} cannot be pulled: {why}", failure.Remedy)
        {
            Expected = failure.MayPass ? Retries : TimeSpan.Zero,
        };
    }

    static PodProblem Configuration(KubernetesObject pod, JsonObject status, ClusterEvents events)
    {
        var (reason, message) = (status.Text("state", "waiting", "reason"), status.Text("state", "waiting", "message"));
        var text = message ?? events.Last(pod, "Failed", "FailedPostStartHook")?.Message ?? "";
        var missing = MissingObject.In(text);
        var remedy = missing?.Remedy(pod) ?? (text.Contains("runAsNonRoot", StringComparison.Ordinal)
            ? "Build the image with a numeric USER other than 0, or set runAsUser."
            : "Correct the container's settings: `kubectl describe pod` shows them.");
        return new(PodProblemKind.Configuration, pod.Key, status.Text("name"), $"{reason}: {text}", remedy) { LacksSecret = missing is { Kind: "Secret", Key: null } };
    }

    static PodProblem Crash(KubernetesObject pod, JsonObject status, ClusterEvents events)
    {
        var former = status.At("state", "terminated") is null;
        var end = status.At("state", "terminated") ?? status.At("lastState", "terminated");
        var (code, restarts, name) = (end.Number("exitCode"), status.Number("restartCount") ?? 0, status.Text("name"));
        var isJob = pod.Json.Text("spec", "restartPolicy") is "Never" or "OnFailure" && pod.Json.Objects("metadata", "ownerReferences").Any(owner => owner.Text("kind") == "Job");
        var text = $"{(isJob ? "ended without success" : restarts == 0 ? "crashed" : "crashes again and again")} (exit code {code?.ToString() ?? "unknown"}{WhyKilled(pod, status, end)}, {restarts} restarts){Liveness(pod, code, events)}{Message(end)}";
        return new(isJob ? PodProblemKind.JobFailure : PodProblemKind.CrashLoop, pod.Key, name, text, CrashRemedy(pod, status, end))
        {
            Expected = restarts + 1 < CrashesOfALoop && !CannotStart(end) ? FirstCrashes : TimeSpan.Zero,
            Ended = new ContainerEnd($"{pod.Uid}/{name}/{end.Text("containerID") ?? $"{restarts}"}", former),
        };
    }

    static string WhyKilled(KubernetesObject pod, JsonObject status, JsonNode? end) => end.Text("reason") == "OOMKilled"
        ? $": OOMKilled, it used more memory than its limit{(SpecOf(pod, status).Text("resources", "limits", "memory") is { } limit ? $" of {limit}" : "")}" : "";

    static string Liveness(KubernetesObject pod, long? code, ClusterEvents events) =>
        code is 137 or 143 && events.About(pod).LastOrDefault(item => item.Reason == "Unhealthy" && !item.Message.StartsWith("Readiness", StringComparison.Ordinal)) is { } said ? $"; {said.Message}" : "";

    static string Message(JsonNode? end) => end.Text("message") is { Length: > 0 } message ? $": {(message.Length > 400 ? message[..400] : message).Trim()}" : "";

    static string CrashRemedy(KubernetesObject pod, JsonObject status, JsonNode? end) => (end.Text("reason"), end.Number("exitCode")) switch
    {
        ("OOMKilled", _) => $"Raise resources.limits.memory of container {status.Text("name")}{(SpecOf(pod, status).Text("resources", "limits", "memory") is { } limit ? $" (now {limit})" : "")}, or find what takes the memory.",
        _ when CannotStart(end) => "Correct the container's command: it cannot be started in this image.",
        _ => "Read its last log lines; correct the service or its configuration.",
    };

    static bool CannotStart(JsonNode? end) => end.Text("reason") is "ContainerCannotRun" or "StartError" || end.Number("exitCode") is 126 or 127;

    // An init container gets ready by ending; only one that is always restarted runs beside the others, and has probes.
    static bool ComesToAnEnd(KubernetesObject pod, JsonObject status) =>
        pod.Json.Objects("spec", "initContainers").Any(container => container.Text("name") == status.Text("name") && container.Text("restartPolicy") != "Always");

    static PodProblem Preparing(KubernetesObject pod, JsonObject status) => new(PodProblemKind.Starting, pod.Key, status.Text("name"),
        "it is an init container and still runs: those that come after it wait for its end", $"See what it waits for: `kubectl logs {pod.Key.Name} --container {status.Text("name")}`.");

    static PodProblem Unready(KubernetesObject pod, JsonObject status, ClusterEvents events)
    {
        var spec = SpecOf(pod, status);
        var isStarting = status.ContainsKey("started") && !status.IsTrue("started") && spec.At("startupProbe") is not null;
        var probe = spec.At(isStarting ? "startupProbe" : "readinessProbe");
        var name = isStarting ? "startup" : "readiness";
        var said = events.About(pod).LastOrDefault(item => item.Reason == "Unhealthy" && item.Message.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        return new(isStarting ? PodProblemKind.Starting : PodProblemKind.NotReady, pod.Key, status.Text("name"),
            said?.Message ?? $"it runs, and its {name} probe has not succeeded yet", $"Make the {name} probe of container {status.Text("name")} succeed{ProbeText.Of(probe)}: see `kubectl logs {pod.Key.Name}`.")
        {
            Expected = TimeSpan.FromSeconds(probe.Number("initialDelaySeconds") ?? 0),
        };
    }

    static JsonObject? SpecOf(KubernetesObject pod, JsonObject status) => pod.Json.Objects("spec", "containers").Concat(pod.Json.Objects("spec", "initContainers"))
        .FirstOrDefault(container => container.Text("name") == status.Text("name"));
}
