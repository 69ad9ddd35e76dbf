using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What Validate asks about manifests. It only renders.</summary>
public static class PolicyChecks
{
    /// <summary>One check for each region: what it would get keeps to the policies.</summary>
    /// <param name="stage">The stage that applies them.</param>
    /// <param name="regions">The regions.</param>
    /// <param name="gate">The policies.</param>
    /// <param name="render">Renders a region's overlay.</param>
    public static IEnumerable<Check> For(
        string stage, ImmutableArray<RegionSpec> regions, ManifestGate gate, Func<RegionSpec, CancellationToken, Task<ImmutableArray<KubernetesObject>>> render) =>
        regions.Select(region => new Check("Kubernetes", $"{region.Name} policies{(stage == DeployK8sStage.Standard ? "" : $" of {stage}")}", async cancellation =>
            ResultOf(await gate.JudgeAsync(region, await render(region, cancellation), pinned: false, cancellation))) { Stages = [stage] });

    static CheckResult ResultOf(PolicyVerdict verdict)
    {
        if (!verdict.Refused.IsEmpty)
            return CheckResult.Fail($"{verdict.Refused.Length} findings: {string.Join("; ", verdict.Refused)}", $"What must stay as it is takes an annotation {ManifestPolicies.Prefix}<rule> with the reason");
        if (!verdict.Warned.IsEmpty)
            return CheckResult.Warn($"{verdict.Warned.Length} findings: {string.Join("; ", verdict.Warned)}", "");
        var excepted = verdict.Excepted.Select(finding => $"{finding.Object} {finding.Rule}").Distinct(StringComparer.Ordinal).ToArray();
        return CheckResult.Pass($"{PolicyRule.All.Length} policies hold{(excepted.Length == 0 ? "" : $", with exceptions for {string.Join(", ", excepted)}")}");
    }
}
