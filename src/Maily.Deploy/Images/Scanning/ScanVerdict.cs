using System.Collections.Immutable;

namespace Maily.Deploy.Images.Scanning;

/// <summary>What a policy says to the findings of one image.</summary>
/// <param name="Refused">What keeps it from being deployed, the worst first.</param>
/// <param name="Ignored">Ids that would, and are accepted for now.</param>
/// <param name="Counts">How many findings of each severity, ignored ones too.</param>
public sealed record ScanVerdict(ImmutableArray<Vulnerability> Refused, ImmutableArray<string> Ignored, ImmutableSortedDictionary<Severity, int> Counts)
{
    /// <summary>Judges. An entry of the ignore list whose last day is over counts for nothing.</summary>
    /// <param name="found">All findings.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="image">The image's name.</param>
    /// <param name="today">The day by which entries expire, UTC.</param>
    public static ScanVerdict Of(ImmutableArray<Vulnerability> found, ScanPolicy policy, string image, DateOnly today)
    {
        var grave = found.Where(finding => finding.Severity >= policy.Refuse && (!policy.OnlyFixed || finding.FixedIn is not null))
            .ToLookup(finding => policy.Ignored.Any(entry => entry.Until >= today && entry.Covers(finding, image)));
        return new(
            [.. grave[false].OrderByDescending(finding => finding.Severity).ThenBy(finding => finding.Id, StringComparer.Ordinal).ThenBy(finding => finding.Package, StringComparer.Ordinal)],
            [.. grave[true].Select(finding => finding.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Enum.GetValues<Severity>().ToImmutableSortedDictionary(severity => severity, severity => found.Count(finding => finding.Severity == severity)));
    }
}

/// <summary>An image holds packages with known weaknesses that the policy does not let pass.</summary>
public sealed class VulnerableImageException(string image, ImmutableArray<Vulnerability> refused)
    : DeployException(
        $"The image {image} has {refused.Length} known {(refused.Length == 1 ? "weakness" : "weaknesses")} that the scan policy refuses: {string.Join(", ", refused.Select(finding => finding.Id).Distinct(StringComparer.Ordinal).Take(5))}.",
        "Use the fixed versions, or add the id with `until` and `reason` to the ignore list of the scan policy.",
        string.Join(Environment.NewLine, refused.Take(20).Select(finding => finding.ToString())))
{
    /// <summary>The image's name.</summary>
    public string Image { get; } = image;

    /// <summary>What was found.</summary>
    public ImmutableArray<Vulnerability> Refused { get; } = refused;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
