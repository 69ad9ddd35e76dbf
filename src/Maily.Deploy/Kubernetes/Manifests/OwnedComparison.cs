using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Decides from a live object alone whether applying a manifest would change nothing. It says yes only where that is sure: the
/// program owns exactly the fields that the manifest states, and each has the stated value. Where the cluster writes a value in
/// another way (<c>1000m</c> as <c>1</c>) it says no, and a dry run decides.
/// </summary>
static class OwnedComparison
{
    /// <summary>Whether the live object is surely what an apply would make of it.</summary>
    /// <param name="wanted">The manifest.</param>
    /// <param name="live">The live object.</param>
    /// <param name="withMark">Whether the deployment's mark must be the same too.</param>
    public static bool IsAsWanted(KubernetesObject wanted, KubernetesObject live, bool withMark = false)
    {
        var entries = FieldEntries.AppliedBy(live, Marks.Manager).ToList();
        if (entries is not [var entry] || entry.Text("apiVersion") != wanted.Key.ApiVersion || entry["fieldsV1"] is not JsonObject owned)
            return false;
        var json = wanted.ToJson();
        json.Remove("apiVersion");
        json.Remove("kind");
        json.Child("metadata").Remove("name");
        json.Child("metadata").Remove("namespace");
        if (withMark)
            return IsObject(json, live.Json, owned);
        json.Child("metadata").Child("annotations").Remove(Marks.Deployment);
        var fields = (JsonObject)owned.DeepClone();
        fields.Child("f:metadata").Child("f:annotations").Remove($"f:{Marks.Deployment}");
        return IsObject(json, live.Json, fields);
    }

    static bool IsSame(JsonNode? wanted, JsonNode? live, JsonObject fields) => (wanted, live) switch
    {
        (JsonObject json, JsonObject other) when HasSteps(fields) => IsObject(json, other, fields),
        (JsonArray list, JsonArray other) when HasSteps(fields) => IsList(list, other, fields),
        _ => !HasSteps(fields) && JsonNode.DeepEquals(wanted, live),
    };

    static bool IsObject(JsonObject wanted, JsonObject live, JsonObject fields)
    {
        var owned = 0;
        foreach (var (step, inner) in fields)
        {
            if (!step.StartsWith("f:", StringComparison.Ordinal))
                continue;
            var name = step[2..];
            owned++;
            if (IsEmptyMap(step, wanted[name], inner))
                continue;
            if (!wanted.ContainsKey(name) || !live.ContainsKey(name) || !IsSame(wanted[name], live[name], inner as JsonObject ?? []))
                return false;
        }

        // Annotations that are empty, because only the mark stood there, are nothing.
        return owned == wanted.Count || wanted.All(pair => fields.ContainsKey($"f:{pair.Key}") || pair is { Key: "annotations", Value: JsonObject { Count: 0 } });
    }

    static bool IsEmptyMap(string step, JsonNode? wanted, JsonNode? inner) =>
        step is "f:annotations" or "f:metadata" && wanted is null or JsonObject { Count: 0 } && inner is JsonObject map && !HasSteps(map);

    // Items of others between the own ones could be moved by an apply: a dry run decides then.
    static bool IsList(JsonArray wanted, JsonArray live, JsonObject fields)
    {
        var steps = fields.Where(field => field.Key.Length > 2 && field.Key[1] == ':').ToDictionary(field => field.Key, field => field.Value as JsonObject ?? [], StringComparer.Ordinal);
        if (steps.Count != wanted.Count || live.Count != wanted.Count)
            return false;
        for (var at = 0; at < wanted.Count; at++)
        {
            var step = steps.Keys.FirstOrDefault(name => OwnedFields.Names(name, live[at]));
            if (step is null || !IsItem(step, steps[step], wanted[at], live[at]))
                return false;
        }

        return true;
    }

    static bool IsItem(string step, JsonObject inner, JsonNode? wanted, JsonNode? live)
    {
        if (step[0] != 'k')
            return JsonNode.DeepEquals(wanted, live);
        if (wanted is not JsonObject item || live is not JsonObject other || JsonNode.Parse(step[2..]) is not JsonObject keys)
            return false;
        // A key that the manifest leaves out has its default.
        return keys.All(key => item[key.Key] is null || JsonNode.DeepEquals(item[key.Key], key.Value)) && IsObject(item, other, inner);
    }

    static bool HasSteps(JsonObject fields) => fields.Any(field => field.Key.Length > 2 && field.Key[1] == ':');
}
