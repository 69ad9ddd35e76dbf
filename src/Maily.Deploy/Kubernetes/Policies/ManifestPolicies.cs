using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>Looks at rendered manifests before anything is applied. Pure: the same objects give the same findings.</summary>
public static class ManifestPolicies
{
    /// <summary>
    /// An annotation of this prefix and a rule's name excepts its object: <c>policy.maily.dev/read-only-root: "why"</c>. Of a namespace
    /// it excepts what the rules ask of the namespace itself.
    /// </summary>
    public const string Prefix = "policy.maily.dev/";

    /// <summary>All findings, by object and path; those that the object excepts say why.</summary>
    public static ImmutableArray<PolicyFinding> Check(PolicySubject subject)
    {
        var byKey = subject.Objects.GroupBy(item => item.Key).ToDictionary(group => group.Key, group => group.First());
        return
        [
            .. ContainerRules.Check(subject).Concat(PodSecurityRules.Check(subject)).Concat(NamespaceRules.Check(subject)).Concat(AvailabilityRules.Check(subject))
                .Concat(IngressRules.Check(subject)).Concat(AccessRules.Check(subject))
                .Select(finding => byKey.GetValueOrDefault(finding.Object)?.Annotation(Prefix + finding.Rule.Name) is { } reason && !string.IsNullOrWhiteSpace(reason) ? finding with { Exception = reason } : finding)
                .Concat(subject.Objects.SelectMany(Exceptions))
                .OrderBy(finding => finding.Object.ToString(), StringComparer.Ordinal).ThenBy(finding => finding.Path, StringComparer.Ordinal).ThenBy(finding => finding.Rule.Name, StringComparer.Ordinal),
        ];
    }

    // An exception that excepts nothing is a mistake: somebody believes that it does.
    static IEnumerable<PolicyFinding> Exceptions(KubernetesObject item)
    {
        foreach (var (name, value) in item.Json.At("metadata", "annotations") as JsonObject ?? [])
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var path = $"/metadata/annotations/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            var rule = name[Prefix.Length..];
            var excepted = PolicyRule.All.Where(known => known != PolicyRule.Exception).Select(known => known.Name).ToArray();
            if (!excepted.Contains(rule))
                yield return new(item.Key, path, PolicyRule.Exception, $"{rule} is no rule", $"The rules are {string.Join(", ", excepted)}.");
            else if (string.IsNullOrWhiteSpace(value?.ToString()))
                yield return new(item.Key, path, PolicyRule.Exception, $"{rule} is excepted without a reason", "Write why as the annotation's value.");
        }
    }
}
