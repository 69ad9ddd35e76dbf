using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>The status that a pod has next; null while it stays as it is.</summary>
internal static class PodStates
{
    public static JsonObject? Next(JsonObject pod, WorkloadFailure? failure, DateTimeOffset now)
    {
        var next = failure switch
        {
            ImageCannotBePulled pull => Waiting(pod, now, Pulling(pod, pull)),
            CannotBeConfigured lack => Waiting(pod, now, new JsonObject { ["reason"] = "CreateContainerConfigError", ["message"] = lack.Message }),
            CannotMount => Waiting(pod, now, new JsonObject { ["reason"] = "ContainerCreating" }),
            CrashLoop crash when RunsToEnd(pod) => Ended(pod, now, crash.ExitCode, crash.Reason),
            CrashLoop crash => Crashed(pod, now, crash),
            Exits exits => Ended(pod, now, exits.ExitCode, exits.ExitCode == 0 ? "Completed" : "Error"),
            NeverReady or DeadlinePasses => Running(pod, now, ready: false),
            _ when !IsRunning(pod) => Running(pod, now, ready: false),
            _ when RunsToEnd(pod) => Ended(pod, now, 0, "Completed"),
            _ => Running(pod, now, ready: true),
        };
        var status = pod.Map("status");
        return next.All(pair => Json.Same(pair.Value, status.At(pair.Key))) ? null : next;
    }

    public static JsonObject Unschedulable(JsonObject pod, CannotBeScheduled failure, DateTimeOffset now) => new()
    {
        ["conditions"] = new JsonArray(Conditions.Next(pod, now, "PodScheduled", "False", "Unschedulable", failure.Message)),
    };

    static bool RunsToEnd(JsonObject pod) => pod.Text("spec", "restartPolicy") != "Always";

    static bool IsRunning(JsonObject pod) =>
        pod.Items("status", "containerStatuses").Any() && pod.Items("status", "containerStatuses").All(item => item.At("state", "running") is not null);

    static JsonObject Pulling(JsonObject pod, ImageCannotBePulled pull)
    {
        // The first attempt fails at once; after that the kubelet waits between attempts.
        var isFirst = !pod.Items("status", "containerStatuses").Any();
        return isFirst
            ? new JsonObject { ["reason"] = "ErrImagePull", ["message"] = pull.Message }
            : new JsonObject { ["reason"] = "ImagePullBackOff", ["message"] = $"Back-off pulling image: {pull.Message}" };
    }

    static JsonObject Waiting(JsonObject pod, DateTimeOffset now, JsonObject reason) => Status(pod, now, "Pending", false, container => Container(
        container, false, 0, new JsonObject { ["waiting"] = reason.Copy() }));

    static JsonObject Running(JsonObject pod, DateTimeOffset now, bool ready) => Status(pod, now, "Running", ready, container =>
    {
        var was = Was(pod, container);
        var started = was.Text("state", "running", "startedAt") ?? Json.Stamp(now);
        return Container(container, ready, was.Number("restartCount") ?? 0, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = started } });
    });

    static JsonObject Crashed(JsonObject pod, DateTimeOffset now, CrashLoop crash) => Status(pod, now, "Running", false, container =>
    {
        var was = Was(pod, container);
        if (was is null) return Container(container, false, 0, Terminated(was, now, crash.ExitCode, crash.Reason));
        var ended = was.Map("state", "terminated") ?? was.Map("lastState", "terminated") ?? End(now, crash.ExitCode, crash.Reason);
        var waiting = new JsonObject
        {
            ["reason"] = "CrashLoopBackOff",
            ["message"] = $"back-off 10s restarting failed container={container.Text("name")} pod={pod.Name()}_{pod.Namespace()}({pod.Uid()})",
        };
        var next = Container(container, false, 2, new JsonObject { ["waiting"] = waiting });
        next["lastState"] = new JsonObject { ["terminated"] = ended.Copy() };
        return next;
    });

    static JsonObject Ended(JsonObject pod, DateTimeOffset now, int code, string reason) =>
        Status(pod, now, code == 0 ? "Succeeded" : "Failed", false, container =>
            Container(container, false, 0, Terminated(Was(pod, container), now, code, reason)));

    static JsonObject? Was(JsonObject pod, JsonNode container) =>
        pod.Items("status", "containerStatuses").OfType<JsonObject>().FirstOrDefault(item => item.Text("name") == container.Text("name"));

    static JsonObject Terminated(JsonObject? was, DateTimeOffset now, int code, string reason) =>
        new() { ["terminated"] = was.Map("state", "terminated")?.Copy() ?? End(now, code, reason) };

    static JsonObject End(DateTimeOffset now, int code, string reason) => new()
    {
        ["exitCode"] = code,
        ["reason"] = reason,
        ["startedAt"] = Json.Stamp(now),
        ["finishedAt"] = Json.Stamp(now),
    };

    static JsonObject Container(JsonNode container, bool ready, long restarts, JsonObject state) => new()
    {
        ["name"] = container.Text("name"),
        ["image"] = container.Text("image"),
        ["imageID"] = container.Text("image") is { } image && image.Contains('@') ? image : "",
        ["ready"] = ready,
        ["started"] = state.ContainsKey("running"),
        ["restartCount"] = restarts,
        ["state"] = state,
        ["lastState"] = new JsonObject(),
    };

    static JsonObject Status(JsonObject pod, DateTimeOffset now, string phase, bool ready, Func<JsonNode, JsonObject> container)
    {
        var names = string.Join(" ", pod.Items("spec", "containers").Select(item => item.Text("name")));
        var (reason, message) = (ready, phase) switch
        {
            (true, _) => ("", ""),
            (_, "Succeeded") => ("PodCompleted", ""),
            _ => ("ContainersNotReady", $"containers with unready status: [{names}]"),
        };
        return new JsonObject
        {
            ["phase"] = phase,
            ["conditions"] = new JsonArray(
                Conditions.Next(pod, now, "Initialized", "True", "", ""),
                Conditions.Next(pod, now, "Ready", ready ? "True" : "False", reason, message),
                Conditions.Next(pod, now, "ContainersReady", ready ? "True" : "False", reason, message),
                Conditions.Next(pod, now, "PodScheduled", "True", "", "")),
            ["containerStatuses"] = new JsonArray([.. pod.Items("spec", "containers").Select(container)]),
        };
    }
}
