using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Drift;

/// <summary>One step into an object: a field by its name, or a list's item by its place.</summary>
readonly record struct FieldStep(string? Name, int At)
{
    public static FieldStep Of(string name) => new(name, -1);

    public static FieldStep Of(int at) => new(null, at);

    public override string ToString() => Name is null ? $"[{At}]" : Name.Contains('.', StringComparison.Ordinal) ? $"[\"{Name}\"]" : $".{Name}";
}

/// <summary>Reads from an object's managedFields who owns which of its fields.</summary>
sealed class FieldOwners(KubernetesObject live)
{
    readonly ImmutableArray<JsonObject> entries =
        [.. live.Json.Objects("metadata", "managedFields").Where(entry => entry.Text("subresource") != "status").OrderByDescending(entry => entry.Text("time"), StringComparer.Ordinal)];

    /// <summary>The entry of the last one who set the field, but for those named; null where nobody did.</summary>
    public JsonObject? OwnerOf(IReadOnlyList<FieldStep> path, Func<string, bool> isLeftOut) =>
        entries.FirstOrDefault(entry => !isLeftOut(entry.Text("manager") ?? "") && Owns(entry["fieldsV1"], live.Json, path));

    /// <summary>The entry of the last one who changed anything of the object, but for those named.</summary>
    public JsonObject? LastBut(Func<string, bool> isLeftOut) => entries.FirstOrDefault(entry => !isLeftOut(entry.Text("manager") ?? ""));

    /// <summary>Every field that these managers own, that is there, and that the other object does not have, by its path.</summary>
    public IEnumerable<(ImmutableArray<FieldStep> Path, JsonObject Entry)> FieldsBeside(KubernetesObject other, Func<string, bool> isWanted) =>
        from entry in entries
        where isWanted(entry.Text("manager") ?? "") && entry["fieldsV1"] is JsonObject
        from path in Beside((JsonObject)entry["fieldsV1"]!, live.Json, other.Json, [])
        select (path, entry);

    /// <summary><c>kubectl-edit (Update, 2026-11-23T19:53:01Z)</c>.</summary>
    public static string Describe(JsonObject entry) => $"{entry.Text("manager")} ({entry.Text("operation")}, {entry.Text("time") ?? "time unknown"})";

    // An empty entry owns all that lies below it.
    static bool Owns(JsonNode? fields, JsonNode? live, IReadOnlyList<FieldStep> path)
    {
        foreach (var step in path)
        {
            if (fields is not JsonObject { Count: > 0 } known || !known.Any(field => IsStep(field.Key)))
                return fields is JsonObject;
            if (Enter(known, live, step) is not { } inner)
                return false;
            (fields, live) = (inner, ValueAt(live, step));
        }

        return fields is JsonObject;
    }

    static JsonNode? Enter(JsonObject fields, JsonNode? live, FieldStep step) =>
        step.Name is { } name ? fields[$"f:{name}"] : fields.FirstOrDefault(field => Names(field.Key, ValueAt(live, step))).Value;

    static IEnumerable<ImmutableArray<FieldStep>> Beside(JsonObject fields, JsonNode? live, JsonNode? other, ImmutableArray<FieldStep> path)
    {
        foreach (var (key, inner) in fields)
            if (StepOf(key, live) is { } step)
            {
                var (below, here, there) = (inner as JsonObject ?? [], ValueAt(live, step), ValueOf(key, other));
                if (below.Any(field => IsStep(field.Key)) && (there is not null || step.Name is not null))
                    foreach (var leaf in Beside(below, here, there, path.Add(step)))
                        yield return leaf;
                else if (there is null)
                    yield return path.Add(step);
            }
    }

    static FieldStep? StepOf(string key, JsonNode? live)
    {
        if (key.StartsWith("f:", StringComparison.Ordinal))
            return live is JsonObject json && json.ContainsKey(key[2..]) ? FieldStep.Of(key[2..]) : null;
        if (!IsStep(key) || live is not JsonArray list)
            return null;
        for (var at = 0; at < list.Count; at++)
            if (Names(key, list[at]))
                return FieldStep.Of(at);
        return null;
    }

    static JsonNode? ValueOf(string key, JsonNode? node) => node switch
    {
        JsonObject json when key.StartsWith("f:", StringComparison.Ordinal) => json[key[2..]],
        JsonArray list => list.FirstOrDefault(item => Names(key, item)),
        _ => null,
    };

    public static JsonNode? ValueAt(JsonNode? node, FieldStep step) => (node, step) switch
    {
        (JsonObject json, { Name: { } name }) => json[name],
        (JsonArray list, { Name: null }) when step.At < list.Count => list[step.At],
        _ => null,
    };

    static bool IsStep(string key) => key.Length > 2 && key[1] == ':';

    static bool Names(string key, JsonNode? item)
    {
        try
        {
            // A released item may lack keys that the API fills in, such as a port's protocol.
            return key.Split(':', 2) switch
            {
                ["k", var keys] => item is JsonObject json && JsonNode.Parse(keys) is JsonObject wanted
                    && wanted.Any(pair => json.ContainsKey(pair.Key)) && wanted.All(pair => !json.ContainsKey(pair.Key) || JsonNode.DeepEquals(json[pair.Key], pair.Value)),
                ["v", var value] => JsonNode.DeepEquals(item, JsonNode.Parse(value)),
                _ => false,
            };
        }
        catch (JsonException)
        {
            // Bookkeeping that cannot be read names nobody; the difference itself is found without it.
            return false;
        }
    }
}
