using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

/// <summary>The part that all objects share.</summary>
internal static class Metadata
{
    public static JsonObject Meta(this JsonObject obj) => obj.Child("metadata");

    public static string Name(this JsonObject obj) => obj.Text("metadata", "name") ?? "";

    public static string? Namespace(this JsonObject obj) => obj.Text("metadata", "namespace");

    public static string Uid(this JsonObject obj) => obj.Text("metadata", "uid") ?? "";

    public static long Version(this JsonObject obj) => obj.Number("metadata", "resourceVersion") ?? 0;

    public static long Generation(this JsonObject obj) => obj.Number("metadata", "generation") ?? 0;

    public static bool IsBeingDeleted(this JsonObject obj) => obj.At("metadata", "deletionTimestamp") is not null;

    public static IEnumerable<string> Finalizers(this JsonObject obj) =>
        obj.Items("metadata", "finalizers").Select(item => item.GetValue<string>());

    public static IReadOnlyDictionary<string, string> Labels(this JsonNode? obj) => Strings(obj.Map("metadata", "labels"));

    public static string? Annotation(this JsonObject obj, string name) => obj.Text("metadata", "annotations", name);

    public static IReadOnlyDictionary<string, string> Strings(JsonObject? map) =>
        map?.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal) ?? [];

    public static JsonObject? Controller(this JsonObject obj) =>
        obj.Items("metadata", "ownerReferences").OfType<JsonObject>().FirstOrDefault(owner => owner.Flag("controller"));

    public static bool IsControlledBy(this JsonObject obj, JsonObject owner) =>
        obj.Controller().Text("uid") is { } uid && uid == owner.Uid();

    public static JsonArray OwnedBy(JsonObject owner) =>
    [
        new JsonObject
        {
            ["apiVersion"] = owner.Text("apiVersion"),
            ["kind"] = owner.Text("kind"),
            ["name"] = owner.Name(),
            ["uid"] = owner.Uid(),
            ["controller"] = true,
            ["blockOwnerDeletion"] = true,
        },
    ];
}
