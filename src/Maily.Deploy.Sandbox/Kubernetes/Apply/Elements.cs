using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Names the members of an object, a list map or a set as fieldsV1 does.</summary>
internal static class Elements
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Field(string name) => $"f:{name}";

    public static string Of(FieldSchema list, JsonNode? item)
    {
        if (list.List == ListKind.Set) return $"v:{item?.ToJsonString(Plain)}";
        var keys = new JsonObject();
        foreach (var key in list.Keys.OrderBy(key => key.Name, StringComparer.Ordinal))
        {
            var value = item.At(key.Name)?.DeepClone() ?? (key.Default is null ? null : JsonValue.Create(key.Default));
            if (value is not null) keys[key.Name] = value;
        }

        return $"k:{keys.ToJsonString(Plain)}";
    }

    /// <summary>The items of a list with their names; of items with one name the last counts.</summary>
    public static Dictionary<string, JsonNode> Index(FieldSchema list, JsonArray items)
    {
        var index = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var item in items.OfType<JsonNode>()) index[Of(list, item)] = item;
        return index;
    }

    /// <summary>As conflict messages write a path: <c>.spec.template.spec.containers[name="web"].image</c>.</summary>
    public static string Describe(IEnumerable<string> path) => string.Concat(path.Select(Describe));

    static string Describe(string element)
    {
        if (element.StartsWith("f:", StringComparison.Ordinal)) return $".{element[2..]}";
        if (element.StartsWith("v:", StringComparison.Ordinal)) return $"[={element[2..]}]";
        var keys = (JsonObject)JsonNode.Parse(element[2..])!;
        return $"[{string.Join(",", keys.Select(pair => $"{pair.Key}={pair.Value?.ToJsonString(Plain)}"))}]";
    }
}
