using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>A place in a manifest that names a ConfigMap or a Secret.</summary>
/// <param name="Holder">The object that holds the name.</param>
/// <param name="Field">The name's field: <c>name</c>, or <c>secretName</c>.</param>
/// <param name="Kind"><c>ConfigMap</c> or <c>Secret</c>.</param>
sealed record PodReference(JsonObject Holder, string Field, string Kind)
{
    /// <summary>What is named; empty where nothing is.</summary>
    public string Name => Holder.Text(Field) ?? "";
}

/// <summary>Finds the ConfigMaps and Secrets that pods read: as environment, as files, and to pull their images.</summary>
static class PodReferences
{
    /// <summary>All places of a pod's description.</summary>
    public static IEnumerable<PodReference> Of(JsonObject pod) =>
    [
        .. pod.Objects("initContainers").Concat(pod.Objects("containers")).Concat(pod.Objects("ephemeralContainers")).SelectMany(OfContainer),
        .. pod.Objects("volumes").SelectMany(OfVolume),
        .. pod.Objects("imagePullSecrets").Select(item => new PodReference(item, "name", "Secret")),
    ];

    static IEnumerable<PodReference> OfContainer(JsonObject container) =>
        container.Objects("envFrom").Concat(container.Objects("env").Select(item => item.At("valueFrom")).OfType<JsonObject>()).SelectMany(OfSource);

    static IEnumerable<PodReference> OfSource(JsonObject source)
    {
        foreach (var field in new[] { "configMapRef", "configMapKeyRef" })
            if (source[field] is JsonObject reference)
                yield return new(reference, "name", "ConfigMap");
        foreach (var field in new[] { "secretRef", "secretKeyRef" })
            if (source[field] is JsonObject reference)
                yield return new(reference, "name", "Secret");
    }

    static IEnumerable<PodReference> OfVolume(JsonObject volume)
    {
        if (volume["secret"] is JsonObject secret)
            yield return new(secret, "secretName", "Secret");
        foreach (var source in volume.Objects("projected", "sources").Prepend(volume))
        {
            if (source["configMap"] is JsonObject map)
                yield return new(map, "name", "ConfigMap");
            if (source != volume && source["secret"] is JsonObject projected)
                yield return new(projected, "name", "Secret");
        }
    }
}
