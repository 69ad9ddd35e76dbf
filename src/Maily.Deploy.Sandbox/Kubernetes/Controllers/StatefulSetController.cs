using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Keeps the numbered pods of a stateful set, one after another where their order matters.</summary>
internal sealed class StatefulSetController(ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        foreach (var set in cluster.List("StatefulSet").Where(set => !set.IsBeingDeleted())) Reconcile(set);
        return Task.CompletedTask;
    }

    void Reconcile(JsonObject set)
    {
        var update = Revisions.Current(cluster, set);
        var current = set.Text("status", "currentRevision")?[(set.Name().Length + 1)..] ?? update;
        var wanted = (int)(set.Number("spec", "replicas") ?? 1);
        if (Fill(set, wanted, current, update) && Shrink(set, wanted)) Roll(set, wanted, update);
        Report(set, wanted, current, update);
    }

    /// <summary>Makes missing pods, lowest number first; false while one of them is waited for.</summary>
    bool Fill(JsonObject set, int wanted, string current, string update)
    {
        var isOrdered = set.Text("spec", "podManagementPolicy") != "Parallel";
        var partition = set.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0;
        var isFilled = true;
        for (var number = 0; number < wanted; number++)
        {
            var pod = PodOf(set, number);
            if (pod is null) Create(set, number, number < partition || set.Text("spec", "updateStrategy", "type") == "OnDelete" ? current : update);
            if (pod is not null && Pods.IsActive(pod) && Pods.IsReady(pod)) continue;
            isFilled = false;
            if (isOrdered) return false;
        }

        return isFilled || !isOrdered;
    }

    bool Shrink(JsonObject set, int wanted)
    {
        var extra = Pods.Of(cluster, set).Where(pod => Number(pod) >= wanted).OrderByDescending(Number).ToList();
        foreach (var pod in extra.Where(pod => !pod.IsBeingDeleted()))
        {
            cluster.Delete(pod);
            if (set.Text("spec", "podManagementPolicy") != "Parallel") return false;
        }

        return extra.Count == 0;
    }

    /// <summary>Replaces the highest pod of another revision, once all above it are healthy.</summary>
    void Roll(JsonObject set, int wanted, string update)
    {
        if (set.Text("spec", "updateStrategy", "type") != "RollingUpdate") return;
        var partition = (int)(set.Number("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0);
        for (var number = wanted - 1; number >= partition; number--)
        {
            if (PodOf(set, number) is not { } pod || pod.IsBeingDeleted()) return;
            if (!Revisions.IsOf(pod, update))
            {
                cluster.Delete(pod);
                return;
            }

            if (!Pods.IsReady(pod)) return;
        }
    }

    void Create(JsonObject set, int number, string hash)
    {
        var name = $"{set.Name()}-{number}";
        var template = Revisions.Template(cluster, set, hash) ?? set.At("spec", "template");
        var pod = Pods.FromTemplate(set, template, name, [new(Revisions.Label, $"{set.Name()}-{hash}"), new("statefulset.kubernetes.io/pod-name", name)]);
        var spec = pod.Child("spec");
        spec["hostname"] = name;
        if (set.Text("spec", "serviceName") is { Length: > 0 } service) spec["subdomain"] = service;
        foreach (var claim in set.Items("spec", "volumeClaimTemplates").OfType<JsonObject>()) Claim(set, claim, name, spec);
        cluster.CreatePod(set, pod);
    }

    void Claim(JsonObject set, JsonObject template, string pod, JsonObject spec)
    {
        var name = $"{template.Name()}-{pod}";
        if (cluster.Find("PersistentVolumeClaim", set.Namespace(), name) is null)
            cluster.Create("PersistentVolumeClaim", set.Namespace(), new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = set.Map("spec", "selector", "matchLabels")?.Copy() },
                ["spec"] = template.At("spec")?.DeepClone(),
            });
        var volumes = new JsonArray([.. spec.Items("volumes").Where(item => item.Text("name") != template.Name()).Select(item => item.DeepClone())]);
        volumes.Add(new JsonObject { ["name"] = template.Name(), ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = name } });
        spec["volumes"] = volumes;
    }

    void Report(JsonObject set, int wanted, string current, string update)
    {
        var pods = Pods.Of(cluster, set).Where(Pods.IsActive).ToList();
        var ready = pods.Count(Pods.IsReady);
        var updated = pods.Count(pod => Revisions.IsOf(pod, update));
        if (updated == wanted && ready == wanted && pods.Count == wanted) current = update;
        cluster.SetStatus(set, new JsonObject
        {
            ["observedGeneration"] = set.Generation(),
            ["replicas"] = pods.Count,
            ["readyReplicas"] = Count.OrNothing(ready),
            ["availableReplicas"] = Count.OrNothing(pods.Count(pod => Pods.IsAvailable(pod, set, cluster.Now))),
            ["currentReplicas"] = Count.OrNothing(pods.Count(pod => Revisions.IsOf(pod, current))),
            ["updatedReplicas"] = Count.OrNothing(updated),
            ["currentRevision"] = $"{set.Name()}-{current}",
            ["updateRevision"] = $"{set.Name()}-{update}",
            ["collisionCount"] = 0,
        });
    }

    JsonObject? PodOf(JsonObject set, int number) => cluster.Find("Pod", set.Namespace(), $"{set.Name()}-{number}");

    static int Number(JsonObject pod) => int.Parse(pod.Name()[(pod.Name().LastIndexOf('-') + 1)..]);
}
