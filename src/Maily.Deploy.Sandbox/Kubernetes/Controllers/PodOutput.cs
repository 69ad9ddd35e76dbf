using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>What a container wrote: what the fault it suffers from says, else one line that it started.</summary>
internal static class PodOutput
{
    /// <exception cref="ApiException">400: the container has not started.</exception>
    public static IReadOnlyList<string> Of(ClusterState state, JsonObject pod, string container, bool previous)
    {
        var cluster = new ClusterAccess(state, new ObjectWriter(state), new Deletion(state));
        return Of(new PodFate(state.Faults, null).Told(pod, Workloads.NameOf(cluster, pod)), pod, container, previous);
    }

    /// <exception cref="ApiException">400: the container has not started.</exception>
    public static IReadOnlyList<string> Of(WorkloadFailure? failure, JsonObject pod, string container, bool previous)
    {
        var status = pod.Items("status", "containerStatuses").FirstOrDefault(item => item.Text("name") == container);
        if (status is null || status.Text("state", "waiting", "reason") is "ErrImagePull" or "ImagePullBackOff")
            throw ApiException.BadRequest(
                $"container \"{container}\" in pod \"{pod.Name()}\" is waiting to start: {status.Text("state", "waiting", "reason") ?? "ContainerCreating"}");
        return failure switch
        {
            CrashLoop crash => crash.Log,
            Exits exits => exits.Log,
            NeverReady ready when !previous => ["started", ready.Message],
            _ when previous => throw ApiException.BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Name()}\" not found"),
            _ => [$"{container} started"],
        };
    }
}
