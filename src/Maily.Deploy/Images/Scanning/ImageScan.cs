using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images.Scanning;

/// <summary>The result of one image's scan, as it stands in the release record and in the report.</summary>
public sealed record ImageScan
{
    const string Time = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The content tag of what was scanned.</summary>
    public required string Content { get; init; }

    /// <summary><c>sha256:</c> and the hash of the bill of materials; null where nothing was scanned.</summary>
    public string? Sbom { get; init; }

    /// <summary>Program and version.</summary>
    public string? Scanner { get; init; }

    /// <summary>Version and time of its database.</summary>
    public string? Database { get; init; }

    /// <summary>How many weaknesses of each severity, <c>critical 0, high 1, ...</c>, ignored ones too.</summary>
    public string? Findings { get; init; }

    /// <summary>Ids that the policy ignores for now, split by spaces; null where there are none.</summary>
    public string? Ignored { get; init; }

    /// <summary>The fingerprint of the policy that judged.</summary>
    public string? Policy { get; init; }

    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why nothing was scanned; null where something was.</summary>
    public string? Unscanned { get; init; }

    /// <summary>A scan and what the policy said to it.</summary>
    public static ImageScan Of(string content, string sbom, ScannerVersion scanner, ScanVerdict verdict, ScanPolicy policy, DateTimeOffset at) => new()
    {
        Content = content, Sbom = sbom, Scanner = scanner.Name, Database = scanner.Database, Policy = policy.Fingerprint, At = at,
        Findings = string.Join(", ", verdict.Counts.Reverse().Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key.ToString().ToLowerInvariant()} {pair.Value}"))),
        Ignored = verdict.Ignored.IsEmpty ? null : string.Join(' ', verdict.Ignored),
    };

    /// <summary>Whether it still speaks for an image.</summary>
    /// <param name="content">The image's content tag.</param>
    /// <param name="policy">The present policy.</param>
    /// <param name="now">The time.</param>
    public bool HoldsFor(string content, ScanPolicy policy, DateTimeOffset now) =>
        Unscanned is null && Content == content && Policy == policy.Fingerprint && now - At < policy.MaxAge
        && !policy.Ignored.Any(entry => entry.Until < DateOnly.FromDateTime(now.UtcDateTime) && (Ignored ?? "").Split(' ').Contains(entry.Id));

    /// <summary>As a step answers it.</summary>
    public StepOutputs ToOutputs() => StepOutputs.Of(new (string Name, string? Value)[]
    {
        ("content", Content), ("sbom", Sbom), ("scanner", Scanner), ("database", Database), ("findings", Findings), ("ignored", Ignored),
        ("policy", Policy), ("at", At.UtcDateTime.ToString(Time, CultureInfo.InvariantCulture)), ("unscanned", Unscanned),
    }.Where(pair => pair.Value is not null).Select(pair => (pair.Name, pair.Value!)));

    /// <summary>What a step answered; null where it is no scan's answer.</summary>
    public static ImageScan? From(StepOutputs outputs) =>
        outputs["content"] is { } content && DateTimeOffset.TryParseExact(outputs["at"], Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? new()
            {
                Content = content, Sbom = outputs["sbom"], Scanner = outputs["scanner"], Database = outputs["database"], Findings = outputs["findings"],
                Ignored = outputs["ignored"], Policy = outputs["policy"], At = at, Unscanned = outputs["unscanned"],
            }
            : null;
}
