using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Which fields an object has, and in which two objects differ.</summary>
internal static class Fields
{
    public static FieldSet Of(JsonNode? value, FieldSchema schema)
    {
        var set = FieldSet.Empty;
        Collect(value, schema, [], set);
        return set;
    }

    /// <summary>Fields of <paramref name="after"/> that are new or have another value.</summary>
    public static FieldSet Changed(JsonNode? before, JsonNode? after, FieldSchema schema) => Compare(before, after, schema);

    /// <summary>Fields of <paramref name="before"/> that are gone.</summary>
    public static FieldSet Removed(JsonNode? before, JsonNode? after, FieldSchema schema) => Of(before, schema).Except(Of(after, schema));

    static void Collect(JsonNode? value, FieldSchema schema, List<string> path, FieldSet set)
    {
        if (schema.IsGranularMap && value is JsonObject map && map.Count > 0)
        {
            foreach (var (name, inner) in map)
            {
                List<string> member = [.. path, Elements.Field(name)];
                Collect(inner, schema.Member(name) ?? FieldSchema.Any, member, set);
                if (schema.Shape == Shape.Map) set.Add(member);
            }
        }
        else if (schema.IsGranularList && value is JsonArray list)
        {
            foreach (var (name, item) in Elements.Index(schema, list))
            {
                List<string> member = [.. path, name];
                if (schema.List == ListKind.Map) Collect(item, schema.Item, member, set);
                set.Add(member);
            }
        }
        else if (path.Count > 0)
        {
            set.Add(path);
        }
    }

    static FieldSet Compare(JsonNode? before, JsonNode? after, FieldSchema schema)
    {
        var was = Values(before, schema);
        var changed = FieldSet.Empty;
        foreach (var (path, value) in Values(after, schema))
        {
            var isNew = !was.TryGetValue(path, out var old);
            if (isNew || value.IsLeaf != old.IsLeaf || value.IsLeaf && !Json.Same(value.Node, old.Node)) changed.Add(path.Split('\u001f'));
        }

        return changed;
    }

    static Dictionary<string, (JsonNode? Node, bool IsLeaf)> Values(JsonNode? value, FieldSchema schema)
    {
        var values = new Dictionary<string, (JsonNode?, bool)>(StringComparer.Ordinal);
        Walk(value, schema, "");
        return values;

        void Walk(JsonNode? node, FieldSchema type, string path)
        {
            if (type.IsGranularMap && node is JsonObject map && map.Count > 0)
                foreach (var (name, inner) in map) Walk(inner, type.Member(name) ?? FieldSchema.Any, Join(path, Elements.Field(name)));
            else if (type.IsGranularList && node is JsonArray list)
                foreach (var (name, item) in Elements.Index(type, list))
                {
                    if (type.List == ListKind.Map) Walk(item, type.Item, Join(path, name));
                    values.TryAdd(Join(path, name), (null, false));
                }
            else if (path.Length > 0) values[path] = (node, true);
        }
    }

    static string Join(string path, string step) => path.Length == 0 ? step : $"{path}\u001f{step}";
}
