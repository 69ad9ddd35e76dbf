using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>The essential rules of each kind, on creation (<c>before</c> is null) and on change.</summary>
internal static class ObjectRules
{
    /// <exception cref="ApiException">422, with all faults at once.</exception>
    public static void Check(ResourceKind kind, JsonObject obj, JsonObject? before)
    {
        var faults = new FieldFaults();
        NameRules.Check(kind, obj, faults);
        if (kind.IsCustom) CustomRules.Required(obj, kind.Schema, "", faults);
        else BuiltIn(kind.Kind, obj, before, faults);
        if (faults.Causes.Count > 0) throw ApiException.Invalid(kind, obj.Name(), faults.Causes);
    }

    static void BuiltIn(string kind, JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        switch (kind)
        {
            case "Deployment" or "ReplicaSet" or "StatefulSet" or "DaemonSet" or "Job":
                WorkloadRules.Check(kind, obj, before, faults);
                break;
            case "CronJob":
                if (string.IsNullOrEmpty(obj.Text("spec", "schedule"))) faults.Required("spec.schedule");
                PodRules.Check(obj.At("spec", "jobTemplate", "spec", "template", "spec"), "spec.jobTemplate.spec.template.spec", faults);
                break;
            case "Pod":
                Pod(obj, before, faults);
                break;
            case "Service":
                Service(obj, before, faults);
                break;
            case "ConfigMap" or "Secret":
                DataRules.Check(obj, before, faults);
                break;
            case "RoleBinding" or "ClusterRoleBinding":
                if (before is not null && !Json.Same(obj["roleRef"], before["roleRef"]))
                    faults.Invalid("roleRef", obj["roleRef"]?.ToJsonString(), "cannot change roleRef");
                break;
            case "PersistentVolumeClaim":
                Claim(obj, before, faults);
                break;
            case "CustomResourceDefinition":
                CustomRules.Definition(obj, faults);
                break;
        }
    }

    static void Pod(JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        PodRules.Check(obj["spec"], "spec", faults);
        if (before is null) return;
        if (Frozen(obj) != Frozen(before))
            faults.Forbidden("spec", "pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, " +
                "`spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)");
    }

    static string Frozen(JsonObject pod)
    {
        var spec = pod.Child("spec").Copy();
        foreach (var container in spec.Items("containers").Concat(spec.Items("initContainers")).OfType<JsonObject>()) container.Remove("image");
        foreach (var free in new[] { "activeDeadlineSeconds", "tolerations", "nodeName" }) spec.Remove(free);
        return string.Join(",", spec.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value?.ToJsonString()}"));
    }

    static void Service(JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        var ports = obj.Items("spec", "ports").ToList();
        var needsPorts = obj.Text("spec", "type") != "ExternalName" && obj.Text("spec", "clusterIP") != "None";
        if (ports.Count == 0 && needsPorts) faults.Required("spec.ports");
        foreach (var (at, port) in ports.Index())
        {
            PodRules.Port(port.Number("port"), $"spec.ports[{at}].port", faults);
            if (ports.Count > 1 && port.Text("name") is null) faults.Required($"spec.ports[{at}].name");
        }

        var was = before.Text("spec", "clusterIP");
        if (was is not null && obj.Text("spec", "clusterIP") is { } now && now != was && obj.Text("spec", "type") != "ExternalName")
            faults.Invalid("spec.clusterIP", now, "field is immutable");
    }

    static void Claim(JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        if (!obj.Items("spec", "accessModes").Any()) faults.Required("spec.accessModes", "at least 1 access mode is required");
        if (obj.At("spec", "resources", "requests", "storage") is null) faults.Required("spec.resources[storage]");
        if (before is null) return;
        JsonObject now = obj.Child("spec").Copy(), was = before.Child("spec").Copy();
        foreach (var spec in new[] { now, was })
        {
            spec.Remove("resources");
            spec.Remove("volumeName");
        }

        if (!Json.Same(now, was))
            faults.Forbidden("spec", "spec is immutable after creation except resources.requests for bound claims");
    }
}
