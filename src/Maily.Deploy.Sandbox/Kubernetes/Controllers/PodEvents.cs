using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>The warnings that scheduler and kubelet leave about a failing pod; one for each reason.</summary>
internal static class PodEvents
{
    public static void Record(ClusterAccess cluster, JsonObject pod, WorkloadFailure? failure)
    {
        (string Reason, string Message)? warning = failure switch
        {
            ImageCannotBePulled pull => ("Failed", $"Failed to pull image: {pull.Message}"),
            CrashLoop => ("BackOff", "Back-off restarting failed container"),
            NeverReady ready => ("Unhealthy", ready.Message),
            CannotBeScheduled scheduled => ("FailedScheduling", scheduled.Message),
            _ => null,
        };
        if (warning is not { } given) return;
        var name = $"{pod.Name()}.{given.Reason.ToLowerInvariant()}";
        if (cluster.Find("Event", pod.Namespace(), name) is not null) return;
        cluster.Create("Event", pod.Namespace(), new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["type"] = "Warning",
            ["reason"] = given.Reason,
            ["message"] = given.Message,
            ["count"] = 1,
            ["firstTimestamp"] = Json.Stamp(cluster.Now),
            ["lastTimestamp"] = Json.Stamp(cluster.Now),
            ["source"] = new JsonObject { ["component"] = failure is CannotBeScheduled ? "default-scheduler" : "kubelet" },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["name"] = pod.Name(),
                ["namespace"] = pod.Namespace(),
                ["uid"] = pod.Uid(),
            },
        });
    }
}
