using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Compares a live object with what an apply would make of it.</summary>
public static class ObjectDifference
{
    static readonly string[] Bookkeeping = ["managedFields", "resourceVersion", "generation"];

    /// <summary>The paths that differ, for instance <c>.spec.replicas</c>; what the cluster only keeps books with does not count.</summary>
    public static ImmutableArray<string> Between(KubernetesObject live, KubernetesObject preview) =>
        [.. Compare("", Strip(live), Strip(preview))];

    /// <summary>Whether a path is nothing but the deployment's mark.</summary>
    public static bool IsMark(string path) => path == $".metadata.annotations.{Marks.Deployment}";

    static JsonObject Strip(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Remove("status");
        foreach (var field in Bookkeeping)
            json.Child("metadata").Remove(field);
        // The mark alone must not differ by the map that holds it.
        json.Child("metadata").Child("annotations");
        return json;
    }

    static IEnumerable<string> Compare(string path, JsonNode? live, JsonNode? preview) => (live, preview) switch
    {
        (JsonObject left, JsonObject right) => left.Select(pair => pair.Key).Union(right.Select(pair => pair.Key), StringComparer.Ordinal)
            .SelectMany(name => Compare($"{path}.{name}", left[name], right[name])),
        (JsonArray left, JsonArray right) when left.Count == right.Count =>
            Enumerable.Range(0, left.Count).SelectMany(at => Compare($"{path}[{at}]", left[at], right[at])),
        _ => JsonNode.DeepEquals(live, preview) ? [] : [path],
    };
}
