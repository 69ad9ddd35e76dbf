using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What is asked of each namespace: no traffic by default, and a bound on what it takes.</summary>
static class NamespaceRules
{
    public static IEnumerable<PolicyFinding> Check(PolicySubject subject) =>
        from place in subject.Namespaces()
        from finding in Traffic(subject, place.Name, place.Blamed).Concat(Quota(subject, place.Name, place.Blamed))
        select finding;

    static IEnumerable<PolicyFinding> Traffic(PolicySubject subject, string name, KubernetesObject blamed) =>
        from direction in new[] { "Ingress", "Egress" }
        where !subject.In(name, "NetworkPolicy").Any(policy => Denies(policy.Json, direction))
        select new PolicyFinding(blamed.Key, "/metadata/" + (blamed.Kind == "Namespace" ? "name" : "namespace"), PolicyRule.NetworkPolicy, $"no NetworkPolicy of {name} denies {direction.ToLowerInvariant()} by default",
            $"Add one with an empty podSelector, {direction} among its policyTypes and no rules.");

    // Selects every pod and lets nothing through.
    static bool Denies(JsonObject policy, string direction) =>
        policy.At("spec", "podSelector") is JsonObject { Count: 0 }
        && (policy.At("spec", direction.ToLowerInvariant()) as JsonArray ?? []).Count == 0
        && (policy.At("spec", "policyTypes") is JsonArray types ? types.Any(type => type?.ToString() == direction) : direction == "Ingress");

    static IEnumerable<PolicyFinding> Quota(PolicySubject subject, string name, KubernetesObject blamed)
    {
        var bounded = subject.In(name, "ResourceQuota").SelectMany(quota => (quota.Json.At("spec", "hard") as JsonObject ?? []).Select(pair => pair.Key)).ToHashSet(StringComparer.Ordinal);
        var missing = new[] { ("requests.cpu", "cpu"), ("requests.memory", "memory"), ("limits.cpu", "limits.cpu"), ("limits.memory", "limits.memory") }
            .Where(resource => !bounded.Contains(resource.Item1) && !bounded.Contains(resource.Item2)).Select(resource => resource.Item1).ToArray();
        if (missing.Length > 0)
            yield return new(blamed.Key, "/metadata/" + (blamed.Kind == "Namespace" ? "name" : "namespace"), PolicyRule.NamespaceQuota, $"no ResourceQuota of {name} bounds {string.Join(", ", missing)}",
                "Add a ResourceQuota: one workload that goes wrong must not take the whole cluster.");
    }
}
