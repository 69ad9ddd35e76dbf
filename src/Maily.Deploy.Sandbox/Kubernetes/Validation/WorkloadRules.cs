using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Selection;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>Deployments, replica sets, stateful sets, daemon sets and jobs.</summary>
internal static class WorkloadRules
{
    static readonly string[] ChangeableOfStatefulSet =
    [
        "replicas", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "ordinals", "revisionHistoryLimit",
    ];

    public static void Check(string kind, JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        var spec = obj.Map("spec");
        if (kind != "Job")
        {
            Selector(obj, spec, faults);
            Policy(spec, faults, "Always");
        }
        else Policy(spec, faults, "OnFailure", "Never");

        if (spec.Number("replicas") is < 0 and var replicas) faults.Invalid("spec.replicas", $"{replicas}", "must be greater than or equal to 0");
        NameRules.Labels(spec.Map("template", "metadata", "labels"), "spec.template.metadata.labels", faults);
        PodRules.Check(spec.At("template", "spec"), "spec.template.spec", faults, spec.Items("volumeClaimTemplates").Select(claim => claim.Text("metadata", "name")));
        if (before is not null) Unchanged(kind, spec, before.Map("spec"), faults);
    }

    static void Selector(JsonObject obj, JsonObject? spec, FieldFaults faults)
    {
        var selector = spec.Map("selector");
        if (selector is null) faults.Required("spec.selector");
        else if (selector.Count == 0) faults.Invalid("spec.selector", "{}", $"empty selector is invalid for {obj.Text("kind")?.ToLowerInvariant()}");
        var labels = spec.At("template").Labels();
        if (selector is null || !LabelSelector.Of(selector)!.Matches(labels))
        {
            var text = new JsonObject(labels.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString();
            faults.Invalid("spec.template.metadata.labels", text, "`selector` does not match template `labels`");
        }
    }

    static void Policy(JsonObject? spec, FieldFaults faults, params string[] allowed)
    {
        var policy = spec.Text("template", "spec", "restartPolicy");
        if (spec.Map("template") is not null && !allowed.Contains(policy)) faults.Unsupported("spec.template.spec.restartPolicy", policy, allowed);
    }

    static void Unchanged(string kind, JsonObject? spec, JsonObject? before, FieldFaults faults)
    {
        if (kind != "StatefulSet" && !Json.Same(spec.At("selector"), before.At("selector")))
            faults.Invalid("spec.selector", spec.At("selector")?.ToJsonString(), "field is immutable");
        if (kind == "Job" && !Json.Same(spec.At("template"), before.At("template")))
            faults.Invalid("spec.template", spec.At("template")?.ToJsonString(), "field is immutable");
        if (kind != "StatefulSet") return;
        var fixedNow = (spec ?? []).Where(pair => !ChangeableOfStatefulSet.Contains(pair.Key));
        var fixedBefore = (before ?? []).Where(pair => !ChangeableOfStatefulSet.Contains(pair.Key));
        if (!Json.Same(Json.Of(fixedNow), Json.Of(fixedBefore)))
            faults.Forbidden("spec", "updates to statefulset spec for fields other than 'replicas', 'template', and 'updateStrategy' are forbidden");
    }
}
