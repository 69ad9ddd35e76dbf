using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Finds what a pod suffers from: the fault that it was told, else an image that its registry does not have.</summary>
internal sealed class PodFate(ClusterFaults faults, Func<string, CancellationToken, Task<bool>>? imageExists)
{
    int addresses;

    public async Task<WorkloadFailure?> FailureOf(JsonObject pod, string workload, CancellationToken ct)
    {
        // New pods fail: those that are ready, of the former release for instance, go on serving.
        if (Conditions.Is(pod, "Ready")) return null;
        if (Told(pod, workload) is { } told) return told;
        if (imageExists is null) return null;
        foreach (var image in Images(pod))
            if (!await imageExists(image, ct)) return new ImageCannotBePulled($"{image}: not found");
        return null;
    }

    public WorkloadFailure? Told(JsonObject pod, string workload) => faults.Of(pod.Namespace() ?? "", workload, Images(pod));

    /// <summary>Adds the address that a pod gets when it starts.</summary>
    public void GiveAddress(JsonObject pod, JsonObject status, DateTimeOffset now)
    {
        if (pod.At("status", "podIP") is not null) return;
        var number = Interlocked.Increment(ref addresses);
        var address = $"10.244.{number / 250}.{(number % 250) + 2}";
        status["podIP"] = address;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        status["hostIP"] = "127.0.0.1";
        status["startTime"] = pod.Text("status", "startTime") ?? Json.Stamp(now);
    }

    static List<string> Images(JsonObject pod) =>
        [.. pod.Items("spec", "initContainers").Concat(pod.Items("spec", "containers")).Select(item => item.Text("image") ?? "")];
}
