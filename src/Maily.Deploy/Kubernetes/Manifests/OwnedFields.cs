using System.Text.Json;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Reduces a live object to what must be applied to have it again: the fields that this program owns, or, where it owns
/// none, all but what the cluster writes itself.
/// </summary>
public static class OwnedFields
{
    static readonly string[] ServerFields = ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];

    // What the API gives a Service that asks for none: whoever applied it without would be refused for taking it away.
    static readonly string[] Allocated = ["clusterIP", "clusterIPs", "healthCheckNodePort"];

    // What controllers count there they would claim again at once, and the object would never be as it was.
    static readonly string[] ServerAnnotations = ["deployment.kubernetes.io/revision", FieldChanges.TemplateGeneration];

    /// <summary>The manifest that brings the object back.</summary>
    public static KubernetesObject Reduce(KubernetesObject live)
    {
        var fields = FieldEntries.AppliedBy(live, Marks.Manager).FirstOrDefault();
        var json = fields?["fieldsV1"] is JsonObject owned ? (JsonObject)Extract(live.Json, owned)! : live.ToJson();
        json.Remove("status");
        foreach (var field in ServerFields)
            json.Child("metadata").Remove(field);
        foreach (var name in ServerAnnotations)
            (json["metadata"].At("annotations") as JsonObject)?.Remove(name);
        if (fields is null && live is { Kind: "Service", Key.ApiVersion: "v1" })
            ForgetAllocated(json, live);
        Name(json, live.Key);
        return new KubernetesObject(json);
    }

    static void ForgetAllocated(JsonObject json, KubernetesObject live)
    {
        var declared = live.Json.Objects("metadata", "managedFields").Select(entry => entry["fieldsV1"].At("f:spec")).OfType<JsonObject>().ToArray();
        foreach (var name in Allocated.Where(name => !declared.Any(fields => fields.ContainsKey($"f:{name}"))))
            (json["spec"] as JsonObject)?.Remove(name);
        if (!declared.Any(fields => fields["f:ports"]?.ToJsonString().Contains("\"f:nodePort\"", StringComparison.Ordinal) == true))
            foreach (var port in json.Objects("spec", "ports"))
                port.Remove("nodePort");
    }

    static void Name(JsonObject json, ObjectKey key)
    {
        (json["apiVersion"], json["kind"], json.Child("metadata")["name"]) = (key.ApiVersion, key.Kind, key.Name);
        if (key.Namespace is not null)
            json.Child("metadata")["namespace"] = key.Namespace;
    }

    // FieldsV1: f:<name> a field, k:{...} a list item by its keys, v:<json> a set's value, "." the thing itself; {} is a leaf.
    internal static JsonNode? Extract(JsonNode? live, JsonObject fields) => live switch
    {
        JsonObject json when fields.Any(field => IsStep(field.Key)) => ExtractObject(json, fields),
        JsonArray list when fields.Any(field => IsStep(field.Key)) => ExtractList(list, fields),
        _ => live?.DeepClone(),
    };

    static bool IsStep(string name) => name.Length > 2 && name[1] == ':';

    static JsonObject ExtractObject(JsonObject json, JsonObject fields)
    {
        var result = new JsonObject();
        foreach (var (name, inner) in fields)
            if (name.StartsWith("f:", StringComparison.Ordinal) && json.ContainsKey(name[2..]))
                result[name[2..]] = Extract(json[name[2..]], inner as JsonObject ?? []);
        return result;
    }

    static JsonArray ExtractList(JsonArray list, JsonObject fields)
    {
        var result = new JsonArray();
        foreach (var item in list)
            if (fields.FirstOrDefault(field => Names(field.Key, item)) is { Key: { } step } field)
                result.Add(step[0] == 'k' && field.Value is JsonObject inner ? ExtractItem((JsonObject)item!, step, inner) : item?.DeepClone());
        return result;
    }

    static JsonObject ExtractItem(JsonObject item, string step, JsonObject inner)
    {
        var result = ExtractObject(item, inner);
        foreach (var (key, value) in (JsonObject)JsonNode.Parse(step[2..])!)
            result[key] = value?.DeepClone();
        return result;
    }

    /// <summary>Whether a step of fieldsV1 (<c>k:{...}</c>, <c>v:...</c>) names the list item.</summary>
    internal static bool Names(string step, JsonNode? item) => step.Split(':', 2) switch
    {
        ["k", var keys] => item is JsonObject json && Parse(keys) is JsonObject wanted
            && wanted.All(key => json.ContainsKey(key.Key) && JsonNode.DeepEquals(json[key.Key], key.Value)),
        ["v", var value] => JsonNode.DeepEquals(item, Parse(value)),
        _ => false,
    };

    static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            throw new MalformedManifestException("The cluster names a list item in a way that cannot be read.", text);
        }
    }
}
