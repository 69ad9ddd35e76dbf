using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>
/// Plays scheduler and kubelet: takes each pod one step further a round, from bound to started to ready, or into the failure
/// that it is told. No process runs.
/// </summary>
internal sealed class Kubelet(ClusterState state, ClusterAccess cluster) : IController
{
    int addresses;

    public async Task Reconcile(CancellationToken ct)
    {
        foreach (var pod in cluster.List("Pod"))
        {
            if (pod.IsBeingDeleted()) cluster.Delete(pod, grace: 0);
            else if (pod.Text("status", "phase") is not ("Succeeded" or "Failed")) await Step(pod, ct);
        }
    }

    async Task Step(JsonObject pod, CancellationToken ct)
    {
        var failure = await Failure(pod, ct);
        if (pod.Text("spec", "nodeName") is null) Schedule(pod, failure as CannotBeScheduled);
        else if (PodStates.Next(pod, failure, cluster.Now) is { } status)
        {
            if (pod.At("status", "podIP") is null) GiveAddress(pod, status);
            cluster.SetStatus(pod, status);
            PodEvents.Record(cluster, pod, failure);
        }
    }

    async Task<WorkloadFailure?> Failure(JsonObject pod, CancellationToken ct)
    {
        var images = Images(pod);
        if (state.Faults.Of(pod.Namespace() ?? "", Workloads.NameOf(cluster, pod), images) is { } told) return told;
        if (state.Options.ImageExists is not { } exists || Conditions.Is(pod, "Ready")) return null;
        foreach (var image in images)
            if (!await exists(image, ct)) return new ImageCannotBePulled($"{image}: not found");
        return null;
    }

    static List<string> Images(JsonObject pod) =>
        [.. pod.Items("spec", "initContainers").Concat(pod.Items("spec", "containers")).Select(item => item.Text("image") ?? "")];

    void Schedule(JsonObject pod, CannotBeScheduled? failure)
    {
        if (failure is not null)
        {
            var condition = Conditions.Next(pod, cluster.Now, "PodScheduled", "False", "Unschedulable", failure.Message);
            cluster.SetStatus(pod, new JsonObject { ["conditions"] = new JsonArray(condition) });
            PodEvents.Record(cluster, pod, failure);
            return;
        }

        cluster.Update(pod, live => live.Child("spec")["nodeName"] = ClusterContent.Node);
        cluster.SetStatus(pod, new JsonObject
        {
            ["conditions"] = new JsonArray(Conditions.Next(pod, cluster.Now, "PodScheduled", "True", "", "")),
        });
    }

    void GiveAddress(JsonObject pod, JsonObject status)
    {
        var number = ++addresses;
        var address = $"10.244.{number / 250}.{(number % 250) + 2}";
        status["podIP"] = address;
        status["podIPs"] = new JsonArray(new JsonObject { ["ip"] = address });
        status["hostIP"] = "127.0.0.1";
        status["startTime"] = pod.Text("status", "startTime") ?? Json.Stamp(cluster.Now);
    }
}
