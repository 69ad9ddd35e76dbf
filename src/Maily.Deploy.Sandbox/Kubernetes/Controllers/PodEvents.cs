using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>The warnings that scheduler and kubelet leave about a failing pod; one for each reason.</summary>
internal static class PodEvents
{
    /// <summary>The warning about a failure; null where there is nothing to warn of.</summary>
    public static JsonObject? Of(JsonObject pod, WorkloadFailure? failure, DateTimeOffset now)
    {
        (string Reason, string Message)? warning = failure switch
        {
            ImageCannotBePulled pull => ("Failed", $"Failed to pull image: {pull.Message}"),
            CrashLoop => ("BackOff", "Back-off restarting failed container"),
            NeverReady ready => ("Unhealthy", ready.Message),
            CannotBeScheduled scheduled => ("FailedScheduling", scheduled.Message),
            _ => null,
        };
        if (warning is not { } given) return null;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{pod.Name()}.{given.Reason.ToLowerInvariant()}" },
            ["type"] = "Warning",
            ["reason"] = given.Reason,
            ["message"] = given.Message,
            ["count"] = 1,
            ["firstTimestamp"] = Json.Stamp(now),
            ["lastTimestamp"] = Json.Stamp(now),
            ["source"] = new JsonObject { ["component"] = failure is CannotBeScheduled ? "default-scheduler" : "kubelet" },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["name"] = pod.Name(),
                ["namespace"] = pod.Namespace(),
                ["uid"] = pod.Uid(),
            },
        };
    }
}
