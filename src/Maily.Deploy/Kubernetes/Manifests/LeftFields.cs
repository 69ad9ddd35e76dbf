using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Takes fields out of a manifest that its annotation <see cref="Marks.Leave"/> leaves to a program in the cluster, such as the failure policy
/// of a webhook that istiod sets itself. The manifest states with what they begin.
/// </summary>
static class LeftFields
{
    const string EachItem = "[*]";

    /// <summary>
    /// The manifest as it is applied to the live object, without what somebody else has set since. What nobody has changed since this program
    /// stated it is still stated, since to leave it out would remove it; what is not there yet, such as that of a new item, begins as the manifest says.
    /// </summary>
    /// <param name="wanted">The manifest.</param>
    /// <param name="live">The live object; null where there is none, then all of the manifest is applied.</param>
    public static KubernetesObject TakeOut(KubernetesObject wanted, KubernetesObject? live)
    {
        if (live is null || wanted.Annotation(Marks.Leave) is not { } paths)
            return wanted;
        var json = wanted.ToJson();
        var own = FieldEntries.AppliedBy(live, Marks.Manager).Concat(FieldEntries.ToTakeOver(live)).ToHashSet();
        var (ours, theirs) = (FieldsOf(own), FieldsOf(FieldEntries.Of(live).Where(entry => !own.Contains(entry))));
        foreach (var path in paths.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            TakeOut(json, path.TrimStart('.').Split('.'), ours, theirs);
        return new KubernetesObject(json);
    }

    static ImmutableArray<JsonObject> FieldsOf(IEnumerable<JsonObject> entries) => [.. entries.Select(entry => entry["fieldsV1"]).OfType<JsonObject>()];

    static void TakeOut(JsonNode? node, ReadOnlySpan<string> path, ImmutableArray<JsonObject> ours, ImmutableArray<JsonObject> theirs)
    {
        var isList = path[0].EndsWith(EachItem, StringComparison.Ordinal);
        var name = isList ? path[0][..^EachItem.Length] : path[0];
        if (node is not JsonObject json || json[name] is not { } inner)
            return;
        var (own, other) = (Below(ours, name), Below(theirs, name));
        // What is owned as one whole has no steps below it.
        if (own.Any(entry => entry.Count == 0))
            return;
        if (path.Length > 1 && isList)
            foreach (var item in (inner as JsonArray ?? []).ToList())
                TakeOut(item, path[1..], Of(item, own), Of(item, other));
        else if (path.Length > 1)
            TakeOut(inner, path[1..], own, other);
        else if (own.IsEmpty && !other.IsEmpty)
            json.Remove(name);
    }

    static ImmutableArray<JsonObject> Below(ImmutableArray<JsonObject> entries, string name) => [.. entries.Select(entry => entry[$"f:{name}"]).OfType<JsonObject>()];

    static ImmutableArray<JsonObject> Of(JsonNode? item, ImmutableArray<JsonObject> entries) =>
        [.. entries.SelectMany(entry => entry).Where(step => OwnedFields.Names(step.Key, item)).Select(step => step.Value).OfType<JsonObject>()];
}
