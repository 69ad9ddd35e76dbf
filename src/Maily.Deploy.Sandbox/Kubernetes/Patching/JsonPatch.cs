using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Patching;

/// <summary>RFC 6902: add, remove, replace, move, copy and test by pointer.</summary>
internal static class JsonPatch
{
    /// <exception cref="ApiException">422 where an operation does not fit the object, as the real API answers.</exception>
    public static JsonObject Apply(JsonObject target, JsonArray operations, ResourceKind kind)
    {
        var result = target.Copy();
        foreach (var operation in operations.OfType<JsonObject>())
        {
            if (!Run(result, operation)) throw Unfit(operation, kind, target.Name());
        }

        return result;
    }

    static bool Run(JsonObject root, JsonObject operation)
    {
        var path = operation.Text("path") ?? "";
        switch (operation.Text("op"))
        {
            case "add": return Add(root, path, operation["value"]?.DeepClone());
            case "remove": return Take(root, path, out _);
            case "replace": return Take(root, path, out _) && Add(root, path, operation["value"]?.DeepClone());
            case "move": return Take(root, operation.Text("from") ?? "", out var moved) && Add(root, path, moved);
            case "copy": return Find(root, operation.Text("from") ?? "", out var copied) && Add(root, path, copied?.DeepClone());
            case "test": return Find(root, path, out var found) && Json.Same(found, operation["value"]);
            default: throw ApiException.BadRequest($"json patch: unknown operation \"{operation.Text("op")}\"");
        }
    }

    static bool Add(JsonObject root, string pointer, JsonNode? value)
    {
        if (!Parent(root, pointer, out var parent, out var last)) return false;
        if (parent is JsonObject map)
        {
            map[last] = value;
            return true;
        }

        if (parent is not JsonArray list) return false;
        var at = last == "-" ? list.Count : int.TryParse(last, out var index) ? index : -1;
        if (at < 0 || at > list.Count) return false;
        list.Insert(at, value);
        return true;
    }

    static bool Take(JsonObject root, string pointer, out JsonNode? taken)
    {
        taken = null;
        if (!Find(root, pointer, out taken) || !Parent(root, pointer, out var parent, out var last)) return false;
        if (parent is JsonArray list) list.RemoveAt(int.Parse(last));
        else ((JsonObject)parent).Remove(last);
        return true;
    }

    static bool Find(JsonObject root, string pointer, out JsonNode? found)
    {
        found = null;
        if (!Parent(root, pointer, out var parent, out var last)) return false;
        if (parent is JsonObject map) return map.TryGetPropertyValue(last, out found);
        if (parent is not JsonArray list || !int.TryParse(last, out var index) || index < 0 || index >= list.Count) return false;
        found = list[index];
        return true;
    }

    static bool Parent(JsonObject root, string pointer, out JsonNode parent, out string last)
    {
        var steps = pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        parent = root;
        last = steps.LastOrDefault() ?? "";
        if (steps.Count == 0) return false;
        foreach (var step in steps.SkipLast(1))
        {
            var next = parent is JsonArray list && int.TryParse(step, out var index) && index < list.Count ? list[index] : parent.At(step);
            if (next is null) return false;
            parent = next;
        }

        return true;
    }

    static ApiException Unfit(JsonObject operation, ResourceKind kind, string name) => new(
        422, "Invalid", $"the server rejected our request due to an error in our request: cannot {operation.Text("op")} {operation.Text("path")}",
        new JsonObject { ["name"] = name, ["kind"] = kind.Kind });
}
