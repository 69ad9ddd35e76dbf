using System.Collections.Immutable;

namespace Maily.Deploy.Kubernetes.Policies;

/// <summary>What a finding means in an environment.</summary>
public enum PolicySeverity
{
    /// <summary>Nothing is applied.</summary>
    Refuse,

    /// <summary>It is told.</summary>
    Warn,

    /// <summary>It is not looked at.</summary>
    Ignore,
}

/// <summary>How grave each rule is in one environment.</summary>
public sealed record ManifestPolicy
{
    /// <summary>Every rule refuses.</summary>
    public static ManifestPolicy Strict { get; } = new();

    /// <summary>Rules that are less than <see cref="PolicySeverity.Refuse"/>.</summary>
    public ImmutableDictionary<PolicyRule, PolicySeverity> Severities { get; init; } = ImmutableDictionary<PolicyRule, PolicySeverity>.Empty;

    /// <summary>The same, but these rules only warn.</summary>
    public ManifestPolicy Warning(params IEnumerable<PolicyRule> rules) => this with { Severities = Severities.SetItems(rules.Select(rule => KeyValuePair.Create(rule, PolicySeverity.Warn))) };

    /// <summary>Looks at manifests and sorts what is found.</summary>
    public PolicyVerdict Judge(PolicySubject subject)
    {
        var findings = ManifestPolicies.Check(subject).ToLookup(finding => finding.Exception is not null ? (PolicySeverity?)null : Severities.GetValueOrDefault(finding.Rule));
        return new([.. findings[PolicySeverity.Refuse]], [.. findings[PolicySeverity.Warn]], [.. findings[null].Where(finding => Severities.GetValueOrDefault(finding.Rule) != PolicySeverity.Ignore)]);
    }
}

/// <summary>What an environment's policy says to manifests.</summary>
/// <param name="Refused">What keeps them from being applied.</param>
/// <param name="Warned">What is told.</param>
/// <param name="Excepted">What is accepted by an annotation.</param>
public sealed record PolicyVerdict(ImmutableArray<PolicyFinding> Refused, ImmutableArray<PolicyFinding> Warned, ImmutableArray<PolicyFinding> Excepted)
{
    /// <summary>Refuses where something does.</summary>
    /// <param name="place">The region, for the error.</param>
    /// <exception cref="PolicyViolatedException">Something does; it names every finding.</exception>
    public void ThrowIfRefused(string place)
    {
        if (!Refused.IsEmpty)
            throw new PolicyViolatedException(place, Refused);
    }
}

/// <summary>Manifests do not do what the policies ask; nothing of them was applied.</summary>
public sealed class PolicyViolatedException(string place, ImmutableArray<PolicyFinding> findings)
    : DeployException(
        Text(place, [.. findings.Select(finding => finding.Rule.Name).Distinct(StringComparer.Ordinal)]),
        $"Correct the manifests, or annotate the object with {ManifestPolicies.Prefix}<rule> and the reason.",
        string.Join(Environment.NewLine, findings.Select(finding => $"- {finding}")))
{
    /// <summary>Each finding.</summary>
    public ImmutableArray<PolicyFinding> Findings { get; } = findings;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;

    static string Text(string place, ImmutableArray<string> rules) => $"The manifests of {place} break {rules.Length} {(rules.Length == 1 ? "policy" : "policies")}: {string.Join(", ", rules)}.";
}
