using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>A field of one object and what becomes of it.</summary>
/// <param name="Path">As the API writes it: <c>.spec.template.spec.containers[name="web"].image</c>.</param>
/// <param name="From">The live value; null where there is none.</param>
/// <param name="To">The value afterwards; null where it goes.</param>
public sealed record FieldChange(string Path, JsonNode? From, JsonNode? To)
{
    /// <summary>Whether it is nothing but the deployment's mark.</summary>
    public bool IsMark => Path == $".metadata.annotations.{Marks.Deployment}";
}

/// <summary>Compares a live object with what an apply would make of it, field by field.</summary>
public static class FieldChanges
{
    static readonly string[] Bookkeeping = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"];

    /// <summary>An annotation in which the API itself counts how often the template of a DaemonSet changed.</summary>
    internal const string TemplateGeneration = "deprecated.daemonset.template.generation";

    /// <summary>What tells the items of a list apart, the most usual first.</summary>
    static readonly string[] ItemKeys = ["name", "mountPath", "containerPort", "port", "key", "ip", "host", "path", "topologyKey", "type"];

    /// <summary>The fields that differ; what the cluster only keeps books with does not count.</summary>
    public static ImmutableArray<FieldChange> Between(KubernetesObject live, KubernetesObject preview) =>
        [.. Compare("", Strip(live), Strip(preview))];

    /// <summary>The object without status and without what the cluster only keeps books with.</summary>
    internal static JsonObject Strip(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Remove("status");
        foreach (var field in Bookkeeping)
            json.Child("metadata").Remove(field);
        // The mark alone must not differ by the map that holds it.
        json.Child("metadata").Child("annotations").Remove(TemplateGeneration);
        return json;
    }

    static IEnumerable<FieldChange> Compare(string path, JsonNode? live, JsonNode? preview) => (live, preview) switch
    {
        (JsonObject left, JsonObject right) => left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key), StringComparer.Ordinal)
            .SelectMany(name => Compare($"{path}.{name}", left[name], right[name])),
        (JsonArray left, JsonArray right) when KeyOf(left, right) is { } key => CompareItems(path, key, left, right),
        (JsonArray left, JsonArray right) when left.Count == right.Count =>
            Enumerable.Range(0, left.Count).SelectMany(at => Compare($"{path}[{at}]", left[at], right[at])),
        _ => JsonNode.DeepEquals(live, preview) ? [] : [new FieldChange(path, live, preview)],
    };

    static IEnumerable<FieldChange> CompareItems(string path, string key, JsonArray left, JsonArray right)
    {
        var (before, after) = (Index(key, left), Index(key, right));
        var changes = before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .SelectMany(value => Compare($"{path}[{key}={value}]", before.GetValueOrDefault(value), after.GetValueOrDefault(value))).ToList();
        // The same items in another order: that may matter, as with init containers.
        return changes.Count == 0 && !before.Keys.SequenceEqual(after.Keys, StringComparer.Ordinal) ? [new FieldChange(path, left, right)] : changes;
    }

    static string? KeyOf(JsonArray left, JsonArray right) => left.Count == 0 && right.Count == 0 ? null :
        Array.Find(ItemKeys, key => IsKey(key, left) && IsKey(key, right));

    static bool IsKey(string key, JsonArray list) =>
        list.All(item => item is JsonObject json && json[key] is JsonValue) && list.Select(item => item![key]!.ToJsonString()).Distinct(StringComparer.Ordinal).Count() == list.Count;

    static Dictionary<string, JsonNode?> Index(string key, JsonArray list) => list.ToDictionary(item => item![key]!.ToJsonString(), item => item, StringComparer.Ordinal);
}
