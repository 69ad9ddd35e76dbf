using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Names Jobs by what they run, since the template of a Job cannot be changed: one that changed is another Job and runs, one that did not
/// is the same and does not run again.
/// </summary>
public static class JobNames
{
    const int Digits = 10;

    // The label that a Job's pods carry it in holds 63 characters.
    const int Longest = 63;

    /// <summary>A Job under its name, a dash and a hash of its specification; anything else as it is.</summary>
    public static KubernetesObject ByContent(KubernetesObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (item is not { Kind: "Job", Key.ApiVersion: "batch/v1" })
            return item;
        var json = item.ToJson();
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sorted(json["spec"])?.ToJsonString() ?? "")))[..Digits];
        var name = item.Key.Name;
        json.Child("metadata")["name"] = $"{(name.Length > Longest - Digits - 1 ? name[..(Longest - Digits - 1)].TrimEnd('-', '.') : name)}-{hash}";
        return new KubernetesObject(json);
    }

    // The order in which a manifest names fields means nothing.
    static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
