using System.Globalization;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What is asked of workloads with several replicas: a node may be drained, and not all of them go with it.</summary>
static class AvailabilityRules
{
    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) =>
        from item in subject.Objects
        where item.Kind is "Deployment" or "StatefulSet" && item.Json.Number("spec", "replicas") is > 1
        from finding in Budget(subject, item)
        select finding;

    static IEnumerable<PolicyFinding> Budget(PolicySubject subject, KubernetesObject item)
    {
        var labels = item.Json.At("spec", "template", "metadata", "labels") as JsonObject ?? [];
        var budgets = subject.In(subject.NamespaceOf(item), "PodDisruptionBudget").Where(budget => LabelSelector.Matches(budget.Json.At("spec", "selector"), labels)).ToArray();
        var replicas = item.Json.Number("spec", "replicas")!.Value;
        if (budgets.Length == 0)
            yield return new(item.Key, "/spec/replicas", PolicyRule.DisruptionBudget, $"no PodDisruptionBudget selects its {replicas} pods", "Add one: else a drained node may take all of them at once.");
        foreach (var budget in budgets.Where(budget => !LetsOneGo(budget.Json, replicas)))
            yield return new(budget.Key, budget.Json.At("spec", "minAvailable") is null ? "/spec/maxUnavailable" : "/spec/minAvailable", PolicyRule.DisruptionBudget,
                $"it lets none of the {replicas} pods of {item.Key} go", "Let one go: else no node can be drained.");
    }

    static bool LetsOneGo(JsonObject budget, long replicas) =>
        budget.At("spec", "minAvailable") is { } least ? replicas - Amount(least, replicas) >= 1 : Amount(budget.At("spec", "maxUnavailable"), replicas) >= 1;

    // A percentage is rounded up, as the cluster does it for both fields.
    static long Amount(JsonNode? value, long replicas) => value?.ToString() switch
    {
        null => 0,
        var text when text.EndsWith('%') && long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) => ((replicas * percent) + 99) / 100,
        var text => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0,
    };
}
