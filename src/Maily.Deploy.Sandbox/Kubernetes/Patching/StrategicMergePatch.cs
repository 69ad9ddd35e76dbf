using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Patching;

/// <summary>A merge patch that merges lists by the key of their items, with the <c>$patch</c>, <c>$deleteFromPrimitiveList</c>
/// and <c>$retainKeys</c> directives; <c>$setElementOrder</c> is read as what it is, a hint.</summary>
internal static class StrategicMergePatch
{
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch, FieldSchema schema)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();
        if (changes.Text("$patch") == "replace") return Clean(changes);
        var result = target is JsonObject map ? map.Copy() : [];
        Retain(result, changes);
        foreach (var (name, value) in changes) Change(result, name, value, schema);
        return result;
    }

    static void Retain(JsonObject result, JsonObject changes)
    {
        if (changes["$retainKeys"] is not JsonArray kept) return;
        var names = kept.Select(item => item?.ToString()).ToHashSet();
        foreach (var name in result.Select(pair => pair.Key).Where(name => !names.Contains(name)).ToList()) result.Remove(name);
    }

    static void Change(JsonObject result, string name, JsonNode? value, FieldSchema schema)
    {
        const string FromList = "$deleteFromPrimitiveList/";
        if (name.StartsWith(FromList, StringComparison.Ordinal)) Drop(result[name[FromList.Length..]] as JsonArray, value as JsonArray);
        if (name.StartsWith('$')) return;
        var field = schema.Member(name) ?? FieldSchema.Any;
        if (value is null) result.Remove(name);
        else if (value is JsonArray items && field.PatchKey is { } key) result[name] = List(result[name] as JsonArray ?? [], items, key, field);
        else if (value is JsonObject) result[name] = Apply(result[name], value, field);
        else result[name] = value.DeepClone();
    }

    static void Drop(JsonArray? list, JsonArray? gone)
    {
        foreach (var item in (gone ?? []).Select(item => list?.FirstOrDefault(known => Json.Same(known, item))).OfType<JsonNode>().ToList())
            list!.Remove(item);
    }

    static JsonArray List(JsonArray live, JsonArray changes, string key, FieldSchema schema)
    {
        if (key.Length == 0) return Set(live, changes);
        if (changes.OfType<JsonObject>().Any(item => item.Text("$patch") == "replace" && item.Count == 1))
            return [.. changes.OfType<JsonObject>().Where(item => !item.ContainsKey("$patch")).Select(item => item.DeepClone())];
        var result = live.Copy();
        foreach (var change in changes.OfType<JsonObject>())
        {
            var at = Index(result, key, change.Text(key));
            if (change.Text("$patch") == "delete")
            {
                if (at >= 0) result.RemoveAt(at);
            }
            else if (at >= 0) result[at] = Apply(result[at], change, schema.Item);
            else result.Add(Apply(null, change, schema.Item));
        }

        return result;
    }

    static int Index(JsonArray list, string key, string? value)
    {
        for (var at = 0; at < list.Count; at++)
            if (list[at].Text(key) == value) return at;
        return -1;
    }

    static JsonArray Set(JsonArray live, JsonArray added)
    {
        var result = live.Copy();
        foreach (var item in added)
            if (!result.Any(known => Json.Same(known, item))) result.Add(item?.DeepClone());
        return result;
    }

    static JsonObject Clean(JsonObject changes) => Json.Of(changes.Where(pair => !pair.Key.StartsWith('$')));
}
