using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

/// <summary>Reads and changes objects by path, without a class for each kind.</summary>
internal static class Json
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node is not JsonObject map) return null;
            node = map[step];
        }

        return node;
    }

    public static JsonObject? Map(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray array ? array.OfType<JsonNode>() : [];

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value ? value.GetValueKind() == System.Text.Json.JsonValueKind.String
            ? value.GetValue<string>() : value.ToJsonString() : null;

    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) =>
        long.TryParse(node.Text(path), out var number) ? number : null;

    public static bool Flag(this JsonNode? node, params ReadOnlySpan<string> path) => node.Text(path) == "true";

    public static DateTimeOffset? Time(this JsonNode? node, params ReadOnlySpan<string> path) =>
        DateTimeOffset.TryParse(node.Text(path), out var time) ? time : null;

    /// <summary>The map under <paramref name="name"/>, made if it is not there.</summary>
    public static JsonObject Child(this JsonObject map, string name)
    {
        if (map[name] is JsonObject child) return child;
        child = [];
        map[name] = child;
        return child;
    }

    /// <summary>Sets a value only where there is none: how defaults are given.</summary>
    public static JsonObject Default(this JsonObject map, string name, JsonNode? value)
    {
        if (map[name] is null) map[name] = value;
        return map;
    }

    public static bool Same(JsonNode? left, JsonNode? right) => JsonNode.DeepEquals(left, right);

    public static T Copy<T>(this T node)
        where T : JsonNode => (T)node.DeepClone();

    public static string Stamp(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public static JsonObject Of(IEnumerable<KeyValuePair<string, JsonNode?>> pairs) =>
        new(pairs.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())));

    /// <summary>A copy whose fields are in the order of their names.</summary>
    public static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
