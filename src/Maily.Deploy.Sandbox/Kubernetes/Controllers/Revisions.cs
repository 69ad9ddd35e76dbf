using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>The templates that a stateful set or daemon set had, each kept as a ControllerRevision.</summary>
internal static class Revisions
{
    public const string Label = "controller-revision-hash";

    public static bool IsOf(JsonObject pod, string hash) => HashOf(pod) == hash;

    /// <summary>A pod's revision: a stateful set names it in full (<c>web-5f8c9d</c>), a daemon set by its hash alone.</summary>
    static string? HashOf(JsonObject pod) => pod.Text("metadata", "labels", Label)?.Split('-')[^1];

    /// <summary>The hash of the current template, whose revision is made or brought to the top.</summary>
    public static string Current(ClusterAccess cluster, JsonObject owner)
    {
        var template = owner.At("spec", "template");
        var hash = Names.Hash(template);
        var all = Of(cluster, owner);
        var current = all.FirstOrDefault(item => item.Text("metadata", "labels", Label) == hash);
        var last = all.Where(item => item != current).Select(item => item.Number("revision") ?? 0).DefaultIfEmpty(0).Max();
        if (current is null) Create(cluster, owner, hash, last + 1);
        else if (current.Number("revision") <= last) cluster.Update(current, live => live["revision"] = last + 1);
        var kept = (int)(owner.Number("spec", "revisionHistoryLimit") ?? 10);
        var inUse = Pods.Of(cluster, owner).Select(HashOf).Append(hash).ToHashSet();
        foreach (var old in all.Where(item => !inUse.Contains(item.Text("metadata", "labels", Label))).OrderByDescending(item => item.Number("revision")).Skip(kept))
            cluster.Delete(old);
        return hash;
    }

    /// <summary>The template of an older revision; null where it is gone.</summary>
    public static JsonNode? Template(ClusterAccess cluster, JsonObject owner, string hash) =>
        Of(cluster, owner).FirstOrDefault(item => item.Text("metadata", "labels", Label) == hash).At("data", "spec", "template");

    static List<JsonObject> Of(ClusterAccess cluster, JsonObject owner) =>
        [.. cluster.List("ControllerRevision", owner.Namespace()).Where(item => item.IsControlledBy(owner))];

    static void Create(ClusterAccess cluster, JsonObject owner, string hash, long number)
    {
        var template = owner.Map("spec", "template")!.Copy();
        template["$patch"] = "replace";
        var labels = template.Map("metadata", "labels")?.Copy() ?? [];
        labels[Label] = hash;
        cluster.Create("ControllerRevision", owner.Namespace(), new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = $"{owner.Name()}-{hash}", ["labels"] = labels, ["ownerReferences"] = Metadata.OwnedBy(owner) },
            ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = template } },
            ["revision"] = number,
        });
    }
}
