using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Selection;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps one pod of a daemon set on each node that its template selects.</summary>
internal sealed class DaemonSetController(ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        foreach (var set in cluster.List("DaemonSet").Where(set => !set.IsBeingDeleted())) Reconcile(set);
        return Task.CompletedTask;
    }

    void Reconcile(JsonObject set)
    {
        var hash = Revisions.Current(cluster, set);
        var nodes = cluster.List("Node").Where(node => Selects(set, node)).Select(node => node.Name()).ToList();
        var pods = Pods.Of(cluster, set).Where(Pods.IsActive).ToList();
        foreach (var node in nodes.Where(node => !pods.Exists(pod => pod.Text("spec", "nodeName") == node))) Start(set, node, hash);
        foreach (var pod in pods.Where(pod => !nodes.Contains(pod.Text("spec", "nodeName") ?? ""))) cluster.Delete(pod);
        if (set.Text("spec", "updateStrategy", "type") == "RollingUpdate") Replace(set, pods, hash, nodes.Count);
        Report(set, nodes.Count, hash);
    }

    static bool Selects(JsonObject set, JsonObject node)
    {
        var wanted = new JsonObject { ["matchLabels"] = set.Map("spec", "template", "spec", "nodeSelector")?.Copy() };
        return LabelSelector.Of(wanted)!.Matches(node.Labels());
    }

    void Start(JsonObject set, string node, string hash)
    {
        var pod = Pods.FromTemplate(set, set.At("spec", "template"), null, [new(Revisions.Label, hash)]);
        pod.Child("spec")["nodeName"] = node;
        cluster.CreatePod(set, pod);
    }

    void Replace(JsonObject set, List<JsonObject> pods, string hash, int nodes)
    {
        var allowed = Math.Max(1, Count.Share(set.Text("spec", "updateStrategy", "rollingUpdate", "maxUnavailable"), nodes, roundsUp: true));
        var unavailable = nodes - pods.Count(pod => Pods.IsAvailable(pod, set, cluster.Now));
        foreach (var pod in pods.Where(pod => !Revisions.IsOf(pod, hash)).OrderBy(Pods.IsReady))
        {
            if (Pods.IsReady(pod) && unavailable >= allowed) break;
            if (Pods.IsReady(pod)) unavailable++;
            cluster.Delete(pod);
        }
    }

    void Report(JsonObject set, int nodes, string hash)
    {
        var pods = Pods.Of(cluster, set).Where(Pods.IsActive).ToList();
        var available = pods.Count(pod => Pods.IsAvailable(pod, set, cluster.Now));
        cluster.SetStatus(set, new JsonObject
        {
            ["desiredNumberScheduled"] = nodes,
            ["currentNumberScheduled"] = pods.Count,
            ["numberMisscheduled"] = 0,
            ["numberReady"] = pods.Count(Pods.IsReady),
            ["numberAvailable"] = Count.OrNothing(available),
            ["numberUnavailable"] = Count.OrNothing(nodes - available),
            ["updatedNumberScheduled"] = Count.OrNothing(pods.Count(pod => Revisions.IsOf(pod, hash))),
            ["observedGeneration"] = set.Generation(),
        });
    }
}
