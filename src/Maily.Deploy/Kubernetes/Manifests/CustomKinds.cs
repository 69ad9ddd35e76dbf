namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Reads the kinds that CustomResourceDefinitions declare.</summary>
static class CustomKinds
{
    /// <summary>Whether an object declares a kind.</summary>
    public static bool IsDefinition(KubernetesObject item) => item is { Kind: "CustomResourceDefinition", Key.Group: "apiextensions.k8s.io" };

    /// <summary>The kind that a definition declares, as <see cref="ObjectKey.GroupKind"/> names it.</summary>
    public static string GroupKindOf(KubernetesObject definition) => $"{KindOf(definition)}.{definition.Json.Text("spec", "group")}";

    /// <summary>The kind's name.</summary>
    public static string KindOf(KubernetesObject definition) => definition.Json.Text("spec", "names", "kind") ?? "";

    /// <summary>Group and version of those versions that a definition serves and that somebody needs: the stored one, and those that objects name.</summary>
    public static IEnumerable<string> NeededOf(KubernetesObject definition, IEnumerable<KubernetesObject> objects)
    {
        var named = objects.Where(item => item.Key.GroupKind == GroupKindOf(definition)).Select(item => item.Key.ApiVersion).ToHashSet(StringComparer.Ordinal);
        return definition.Json.Objects("spec", "versions").Where(version => version.IsTrue("served"))
            .Select(version => (Name: $"{definition.Json.Text("spec", "group")}/{version.Text("name")}", IsStored: version.IsTrue("storage")))
            .Where(version => version.IsStored || named.Contains(version.Name)).Select(version => version.Name);
    }
}
