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
            CannotMount mount => ("FailedMount", mount.Message),
            CannotBeScheduled scheduled => ("FailedScheduling", scheduled.Message),
            _ => null,
        };
        return warning is not { } given ? null : Warning(pod, given.Reason, given.Message, failure is CannotBeScheduled ? "default-scheduler" : "kubelet", now);
    }

    /// <summary>The warning of a controller whose pod was refused.</summary>
    public static JsonObject Refused(JsonObject owner, string message, DateTimeOffset now) =>
        Warning(owner, "FailedCreate", $"Error creating: {message}", $"{owner.Text("kind")!.ToLowerInvariant()}-controller", now);

    static JsonObject Warning(JsonObject about, string reason, string message, string component, DateTimeOffset now) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = $"{about.Name()}.{reason.ToLowerInvariant()}" },
        ["type"] = "Warning",
        ["reason"] = reason,
        ["message"] = message,
        ["count"] = 1,
        ["firstTimestamp"] = Json.Stamp(now),
        ["lastTimestamp"] = Json.Stamp(now),
        ["source"] = new JsonObject { ["component"] = component },
        ["involvedObject"] = new JsonObject
        {
            ["apiVersion"] = about.Text("apiVersion"),
            ["kind"] = about.Text("kind"),
            ["name"] = about.Name(),
            ["namespace"] = about.Namespace(),
            ["uid"] = about.Uid(),
        },
    };
}
