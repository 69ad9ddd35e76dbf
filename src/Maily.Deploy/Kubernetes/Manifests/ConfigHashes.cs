using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>
/// Writes onto each pod template a hash of what the release's ConfigMaps hold that its pods read. Kustomize's generated names
/// change with their content; a plain ConfigMap's does not, and without this its new content would reach pods by chance, and
/// a rollback would leave it with them.
/// </summary>
public static class ConfigHashes
{
    /// <summary>The annotation on pod templates.</summary>
    public const string Annotation = "maily.dev/config";

    /// <summary>The objects, those with pods marked with the hash of the ConfigMaps among the objects that they name.</summary>
    public static IEnumerable<KubernetesObject> Write(IReadOnlyCollection<KubernetesObject> objects)
    {
        var maps = objects.Where(item => item is { Kind: "ConfigMap", Key.ApiVersion: "v1" }).ToLookup(item => item.Key.Name, StringComparer.Ordinal);
        return objects.Select(item => Write(item, maps));
    }

    static KubernetesObject Write(KubernetesObject item, ILookup<string, KubernetesObject> maps)
    {
        if (Workloads.PodTemplateOf(item.Json) is not { } template || template["spec"] is not JsonObject pod || Read(item.Key, pod, maps) is not { Length: > 0 } read)
            return item;
        var json = item.ToJson();
        Workloads.PodTemplateOf(json)!.Child("metadata").Child("annotations")[Annotation] = Hash(read);
        return new KubernetesObject(json);
    }

    // One that names no namespace gets the standard one later, and so may be the one meant.
    static ImmutableArray<KubernetesObject> Read(ObjectKey reader, JsonObject pod, ILookup<string, KubernetesObject> maps) =>
    [
        .. PodReferences.Of(pod).Where(reference => reference.Kind == "ConfigMap").Select(reference => reference.Name).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).SelectMany(name => maps[name])
            .Where(map => map.Key.Namespace is null || reader.Namespace is null || map.Key.Namespace == reader.Namespace),
    ];

    static string Hash(IEnumerable<KubernetesObject> maps)
    {
        var content = new JsonArray([.. maps.Select(map => (JsonNode)new JsonObject
        {
            ["name"] = map.Key.Name, ["data"] = Sorted(map.Json["data"]), ["binaryData"] = Sorted(map.Json["binaryData"]),
        })]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())))[..32];
    }

    static JsonObject? Sorted(JsonNode? data) => data is JsonObject json
        ? new JsonObject(json.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))) : null;
}
