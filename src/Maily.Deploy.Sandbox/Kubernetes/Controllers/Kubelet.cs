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
    readonly PodFate fate = new(state.Faults, state.Options.ImageExists);

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
        var failure = await fate.FailureOf(pod, Workloads.NameOf(cluster, pod), ct);
        if (pod.Text("spec", "nodeName") is null) Schedule(pod, failure as CannotBeScheduled);
        else if (PodStates.Next(pod, failure, cluster.Now) is { } status)
        {
            fate.GiveAddress(pod, status, cluster.Now);
            cluster.SetStatus(pod, status);
            Record(pod, failure);
        }
    }

    void Schedule(JsonObject pod, CannotBeScheduled? failure)
    {
        if (failure is not null)
        {
            cluster.SetStatus(pod, PodStates.Unschedulable(pod, failure, cluster.Now));
            Record(pod, failure);
            return;
        }

        cluster.Update(pod, live => live.Child("spec")["nodeName"] = ClusterContent.Node);
        cluster.SetStatus(pod, new JsonObject
        {
            ["conditions"] = new JsonArray(Conditions.Next(pod, cluster.Now, "PodScheduled", "True", "", "")),
        });
    }

    void Record(JsonObject pod, WorkloadFailure? failure)
    {
        if (PodEvents.Of(pod, failure, cluster.Now) is { } warning && cluster.Find("Event", pod.Namespace(), warning.Name()) is null)
            cluster.Create("Event", pod.Namespace(), warning);
    }
}
