using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Puts an applied object over a live one, by the schema.</summary>
internal static class Merging
{
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, FieldSchema schema)
    {
        if (applied is null) return live?.DeepClone();
        if (live is null) return applied.DeepClone();
        if (schema.IsGranularMap && live is JsonObject liveMap && applied is JsonObject appliedMap) return Maps(liveMap, appliedMap, schema);
        if (schema.IsGranularList && live is JsonArray liveList && applied is JsonArray appliedList) return Lists(liveList, appliedList, schema);
        return applied.DeepClone();
    }

    /// <summary>Removes the given fields, whole list items where the item itself is given.</summary>
    public static void Remove(JsonNode? value, FieldSet fields, FieldSchema schema) => Remove(value, fields, schema, []);

    static JsonObject Maps(JsonObject live, JsonObject applied, FieldSchema schema)
    {
        var merged = live.Copy();
        foreach (var (name, value) in applied)
            if (value is not null) merged[name] = Merge(live[name], value, schema.Member(name) ?? FieldSchema.Any);
        return merged;
    }

    /// <summary>The applied order wins; items that only the live list has keep their place after what they followed.</summary>
    static JsonArray Lists(JsonArray live, JsonArray applied, FieldSchema schema)
    {
        var liveItems = Elements.Index(schema, live);
        var appliedItems = Elements.Index(schema, applied);
        var order = appliedItems.Keys.ToList();
        var place = 0;
        foreach (var name in liveItems.Keys)
        {
            var known = order.IndexOf(name);
            if (known >= 0) place = known + 1;
            else order.Insert(place++, name);
        }

        return [.. order.Select(name => schema.List == ListKind.Set
            ? (appliedItems.GetValueOrDefault(name) ?? liveItems[name]).DeepClone()
            : Merge(liveItems.GetValueOrDefault(name), appliedItems.GetValueOrDefault(name), schema.Item))];
    }

    static void Remove(JsonNode? value, FieldSet fields, FieldSchema schema, List<string> path)
    {
        if (schema.IsGranularMap && value is JsonObject map)
        {
            foreach (var name in map.Select(pair => pair.Key).ToList())
            {
                List<string> member = [.. path, Elements.Field(name)];
                if (fields.Contains(member)) map.Remove(name);
                else if (fields.ContainsOrInside(member)) RemoveInside(map, name, fields, schema, member);
            }
        }
        else if (schema.IsGranularList && value is JsonArray list)
        {
            foreach (var (name, item) in Elements.Index(schema, list))
            {
                List<string> member = [.. path, name];
                if (fields.Contains(member)) list.Remove(item);
                else RemoveAllButKeys(item, fields, schema, member);
            }
        }
    }

    // An item that stays, because another manager owns something in it, must still be found by its keys.
    static void RemoveAllButKeys(JsonNode item, FieldSet fields, FieldSchema schema, List<string> path)
    {
        var keys = schema.Keys.Select(key => KeyValuePair.Create(key.Name, item.At(key.Name)?.DeepClone())).ToList();
        Remove(item, fields, schema.Item, path);
        foreach (var (name, value) in keys)
            if (item is JsonObject map && value is not null) map[name] = value;
    }

    // What is left empty by a removal was only there for what it held.
    static void RemoveInside(JsonObject map, string name, FieldSet fields, FieldSchema schema, List<string> path)
    {
        Remove(map[name], fields, schema.Member(name) ?? FieldSchema.Any, path);
        if (map[name] is JsonObject { Count: 0 } or JsonArray { Count: 0 }) map.Remove(name);
    }
}
