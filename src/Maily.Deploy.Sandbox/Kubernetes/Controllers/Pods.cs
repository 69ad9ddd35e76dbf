using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Reads pods, and makes them from templates.</summary>
internal static class Pods
{
    public static IReadOnlyList<JsonObject> Of(ClusterAccess cluster, JsonObject owner) =>
        [.. cluster.List("Pod", owner.Namespace()).Where(pod => pod.IsControlledBy(owner))];

    public static bool IsActive(JsonObject pod) => !pod.IsBeingDeleted() && pod.Text("status", "phase") is not ("Succeeded" or "Failed");

    public static bool IsReady(JsonObject pod) => Conditions.Is(pod, "Ready");

    public static bool IsAvailable(JsonObject pod, JsonObject owner, DateTimeOffset now)
    {
        if (!IsReady(pod)) return false;
        var seconds = owner.Number("spec", "minReadySeconds") ?? 0;
        return seconds == 0 || Conditions.Since(pod, "Ready") is { } since && since.AddSeconds(seconds) <= now;
    }

    public static JsonObject FromTemplate(JsonObject owner, JsonNode? template, string? name, IEnumerable<KeyValuePair<string, string>> labels)
    {
        var pod = new JsonObject { ["metadata"] = template.Map("metadata")?.Copy() ?? [], ["spec"] = template.At("spec")?.DeepClone() };
        var meta = pod.Meta();
        // A template may have a name of its own, which no pod gets.
        meta.Remove("name");
        if (name is null) meta["generateName"] = $"{owner.Name()}-";
        else meta["name"] = name;
        meta.Remove("creationTimestamp");
        foreach (var (key, value) in labels) meta.Child("labels")[key] = value;
        meta["ownerReferences"] = Metadata.OwnedBy(owner);
        return pod;
    }
}
