using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Defaulting;

/// <summary>Kinds with a default or two.</summary>
internal static class SmallDefaults
{
    public static void Fill(string kind, JsonObject obj)
    {
        switch (kind)
        {
            case "Namespace":
                if (!obj.IsBeingDeleted()) obj.Child("spec").Default("finalizers", new JsonArray("kubernetes"));
                obj.Child("status").Default("phase", "Active");
                break;
            case "Secret":
                Secret(obj);
                break;
            case "PersistentVolumeClaim":
                obj.Child("spec").Default("volumeMode", "Filesystem");
                obj.Child("status").Default("phase", "Pending");
                break;
            case "NetworkPolicy":
                obj.Child("spec").Default("policyTypes", obj.At("spec", "egress") is null ? new JsonArray("Ingress") : new JsonArray("Ingress", "Egress"));
                break;
            case "HorizontalPodAutoscaler":
                obj.Child("spec").Default("minReplicas", 1);
                break;
            case "StorageClass":
                obj.Default("reclaimPolicy", "Delete").Default("volumeBindingMode", "Immediate");
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                obj.Child("roleRef").Default("apiGroup", "rbac.authorization.k8s.io");
                break;
            case "CustomResourceDefinition":
                Definition(obj);
                break;
        }
    }

    static void Secret(JsonObject obj)
    {
        obj.Default("type", "Opaque");
        if (obj["stringData"] is not JsonObject texts) return;
        foreach (var (name, text) in texts)
            obj.Child("data")[name] = Convert.ToBase64String(Encoding.UTF8.GetBytes(text?.ToString() ?? ""));
        obj.Remove("stringData");
    }

    static JsonArray StoredVersions(JsonObject obj) =>
        [.. obj.Items("spec", "versions").Where(version => version.Flag("storage")).Select(version => version.At("name")?.DeepClone())];

    static JsonObject Condition(JsonObject obj, string type, string reason, string message) => new()
    {
        ["type"] = type, ["status"] = "True", ["reason"] = reason, ["message"] = message, ["lastTransitionTime"] = obj.Text("metadata", "creationTimestamp"),
    };

    static void Definition(JsonObject obj)
    {
        var names = obj.Child("spec").Child("names");
        var kind = names.Text("kind") ?? "";
        names.Default("singular", kind.ToLowerInvariant()).Default("listKind", $"{kind}List");
        obj.Child("spec").Default("conversion", new JsonObject { ["strategy"] = "None" });
        // Its kind is served from the moment on in which it is stored.
        obj.Child("status").Default("acceptedNames", names.DeepClone()).Default("storedVersions", StoredVersions(obj)).Default("conditions", new JsonArray(
            Condition(obj, "NamesAccepted", "NoConflicts", "no conflicts found"), Condition(obj, "Established", "InitialNamesAccepted", "the initial names have been accepted")));
    }
}
