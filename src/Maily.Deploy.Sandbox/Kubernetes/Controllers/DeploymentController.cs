using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Rolls a deployment's template out: a replica set for each template, scaled against each other.</summary>
internal sealed class DeploymentController(ClusterState state, ClusterAccess cluster) : IController
{
    public const string Revision = "deployment.kubernetes.io/revision";
    const string HashLabel = "pod-template-hash";
    const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    readonly DeploymentStatus status = new(state, cluster);
    readonly DeploymentScaling scaling = new(cluster);

    public Task Reconcile(CancellationToken ct)
    {
        foreach (var deployment in cluster.List("Deployment").Where(item => !item.IsBeingDeleted())) Reconcile(deployment);
        return Task.CompletedTask;
    }

    void Reconcile(JsonObject deployment)
    {
        var hash = Names.Hash(deployment.At("spec", "template"));
        var sets = Sets(deployment);
        var current = sets.FirstOrDefault(set => set.Text("metadata", "labels", HashLabel) == hash);
        var isPaused = deployment.Flag("spec", "paused");
        if (!isPaused)
        {
            var revision = NextRevision(sets, current);
            if (current is null) Create(deployment, hash, revision);
            else if (Number(current) != revision) Annotate(current, revision);
            if (deployment.Annotation(Revision) != $"{revision}") Annotate(deployment, revision);
            sets = Sets(deployment);
            current = sets.FirstOrDefault(set => set.Text("metadata", "labels", HashLabel) == hash);
        }

        scaling.Scale(deployment, sets, current, isPaused);
        sets = Sets(deployment);
        Prune(deployment, sets, current);
        status.Report(deployment, sets, sets.FirstOrDefault(set => set.Uid() == current?.Uid()));
    }

    List<JsonObject> Sets(JsonObject deployment) =>
        [.. cluster.List("ReplicaSet", deployment.Namespace()).Where(set => set.IsControlledBy(deployment) && !set.IsBeingDeleted())];

    /// <summary>The current template always has the highest revision, also when it is an old one that came back.</summary>
    static long NextRevision(List<JsonObject> sets, JsonObject? current)
    {
        var others = sets.Where(set => set != current).Select(Number).DefaultIfEmpty(0).Max();
        return current is not null && Number(current) > others ? Number(current) : others + 1;
    }

    static long Number(JsonObject set) => set.Number("metadata", "annotations", Revision) ?? 0;

    void Annotate(JsonObject obj, long revision) =>
        cluster.Update(obj, live => live.Meta().Child("annotations")[Revision] = $"{revision}");

    void Create(JsonObject deployment, string hash, long revision)
    {
        var template = deployment.At("spec", "template")!.DeepClone();
        ((JsonObject)template).Meta().Child("labels")[HashLabel] = hash;
        var selector = deployment.Map("spec", "selector")!.Copy();
        selector.Child("matchLabels")[HashLabel] = hash;
        var annotations = Json.Of((deployment.Map("metadata", "annotations") ?? []).Where(pair => pair.Key != LastApplied));
        annotations[Revision] = $"{revision}";
        annotations["deployment.kubernetes.io/desired-replicas"] = deployment.Text("spec", "replicas");
        cluster.Create("ReplicaSet", deployment.Namespace(), new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name()}-{hash}",
                ["labels"] = template.Map("metadata", "labels")!.Copy(),
                ["annotations"] = annotations,
                ["ownerReferences"] = Metadata.OwnedBy(deployment),
            },
            ["spec"] = new JsonObject
            {
                ["replicas"] = 0,
                ["minReadySeconds"] = deployment.At("spec", "minReadySeconds")?.DeepClone(),
                ["selector"] = selector,
                ["template"] = template,
            },
        });
    }

    void Prune(JsonObject deployment, List<JsonObject> sets, JsonObject? current)
    {
        var kept = (int)(deployment.Number("spec", "revisionHistoryLimit") ?? 10);
        var old = sets.Where(set => set.Uid() != current?.Uid() && set.Number("spec", "replicas") == 0 && set.Number("status", "replicas") == 0)
            .OrderByDescending(Number);
        foreach (var set in old.Skip(kept)) cluster.Delete(set);
    }
}
