using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Takes an object over that <c>kubectl apply</c> made: this program gets the fields that kubectl's entries hold. Else a field
/// that the manifest does not state would stay for ever, since nobody would ever remove it.
/// </summary>
static class Takeover
{
    /// <summary>The entries of managedFields after it; null where there is nothing to take over.</summary>
    /// <param name="live">The live object.</param>
    /// <param name="wanted">What will be applied.</param>
    public static JsonArray? Of(KubernetesObject live, KubernetesObject wanted)
    {
        var taken = FieldEntries.ToTakeOver(live);
        if (taken.IsEmpty)
            return null;
        var fields = new JsonObject();
        foreach (var entry in taken)
            Add(fields, entry["fieldsV1"] as JsonObject ?? []);
        var kept = KeepUnstated(fields, wanted);
        var entries = live.Json.Objects("metadata", "managedFields").Where(entry => !taken.Contains(entry)).Select(entry => entry.DeepClone());
        return [.. entries, Entry(Marks.Manager, "Apply", taken[0], fields), .. kept.Count == 0 ? Array.Empty<JsonNode>() : [Entry("kubectl-client-side-apply", "Update", taken[0], kept)]];
    }

    /// <summary>The fields that go with it: kubectl held them, and the manifest does not state them.</summary>
    public static ImmutableArray<FieldChange> StaleFields(KubernetesObject live, KubernetesObject wanted)
    {
        if (Of(live, wanted) is not { } entries)
            return [];
        var json = live.ToJson();
        json.Child("metadata")["managedFields"] = entries;
        var held = OwnedFields.Reduce(new KubernetesObject(json));
        return [.. FieldChanges.Between(held, wanted).Where(change => change is { From: not null, To: null })];
    }

    // A manifest that leaves replicas out leaves them to an autoscaler, and one that leaves a Secret's values out leaves them to
    // whoever keeps them: taking these over would remove them.
    static JsonObject KeepUnstated(JsonObject fields, KubernetesObject wanted)
    {
        var kept = new JsonObject();
        if (wanted.Json.At("spec", "replicas") is null && fields["f:spec"] is JsonObject spec && spec.Remove("f:replicas"))
            kept["f:spec"] = new JsonObject { ["f:replicas"] = new JsonObject() };
        if (wanted.Kind == "Secret" && wanted.Json["data"] is null && wanted.Json["stringData"] is null && fields.Remove("f:data", out var values))
            kept["f:data"] = values;
        return kept;
    }

    static JsonObject Entry(string manager, string operation, JsonObject like, JsonObject fields) => new()
    {
        ["manager"] = manager, ["operation"] = operation, ["apiVersion"] = like["apiVersion"]?.DeepClone(), ["time"] = like["time"]?.DeepClone(),
        ["fieldsType"] = "FieldsV1", ["fieldsV1"] = fields,
    };

    static void Add(JsonObject sum, JsonObject more)
    {
        foreach (var (step, inner) in more)
            Add(sum.Child(step), inner as JsonObject ?? []);
    }
}
