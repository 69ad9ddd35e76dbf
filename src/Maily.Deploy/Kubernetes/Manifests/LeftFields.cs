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
    /// The manifest as it is applied to the live object. A field that nobody has changed since this program stated it is still stated:
    /// to leave it out would remove it.
    /// </summary>
    /// <param name="wanted">The manifest.</param>
    /// <param name="live">The live object; null where there is none, then all of the manifest is applied.</param>
    public static KubernetesObject TakeOut(KubernetesObject wanted, KubernetesObject? live)
    {
        if (live is null || wanted.Annotation(Marks.Leave) is not { } paths)
            return wanted;
        var json = wanted.ToJson();
        ImmutableArray<JsonObject> owned = [.. FieldEntries.AppliedBy(live, Marks.Manager).Concat(FieldEntries.ToTakeOver(live)).Select(entry => entry["fieldsV1"]).OfType<JsonObject>()];
        foreach (var path in paths.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            TakeOut(json, path.TrimStart('.').Split('.'), owned);
        return new KubernetesObject(json);
    }

    static void TakeOut(JsonNode? node, ReadOnlySpan<string> path, ImmutableArray<JsonObject> owned)
    {
        var isList = path[0].EndsWith(EachItem, StringComparison.Ordinal);
        var name = isList ? path[0][..^EachItem.Length] : path[0];
        if (node is not JsonObject json || json[name] is not { } inner)
            return;
        ImmutableArray<JsonObject> fields = [.. owned.Select(entry => entry[$"f:{name}"]).OfType<JsonObject>()];
        // What is owned as one whole has no steps below it.
        if (fields.Any(entry => entry.Count == 0))
            return;
        if (path.Length > 1 && isList)
            foreach (var item in (inner as JsonArray ?? []).ToList())
                TakeOut(item, path[1..], [.. fields.SelectMany(entry => entry).Where(step => OwnedFields.Names(step.Key, item)).Select(step => step.Value).OfType<JsonObject>()]);
        else if (path.Length > 1)
            TakeOut(inner, path[1..], fields);
        else if (fields.IsEmpty)
            json.Remove(name);
    }
}
