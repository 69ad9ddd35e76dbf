using Maily.Deploy.Validation;

namespace Maily.Deploy.Images.Scanning;

/// <summary>What Validate asks about scans. It only reads.</summary>
public static class ScanChecks
{
    /// <summary>The checks: the policy can be read, and there is a scanner that answers, or its lack is allowed.</summary>
    /// <param name="policy">Reads the policy.</param>
    /// <param name="scanner">Finds the scanner.</param>
    /// <param name="requires">Whether images must be scanned.</param>
    /// <param name="consent">What somebody accepts.</param>
    /// <param name="time">The clock, by which entries expire.</param>
    public static IEnumerable<Check> For(Func<ScanPolicy> policy, Func<IImageScanner?> scanner, bool requires, ScanConsent consent, TimeProvider time) =>
    [
        new("Images", "scan policy", _ => Task.FromResult(Policy(policy(), DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)))) { Stages = [ScanImagesStage.Name] },
        new("Images", "scanner", cancellation => ScannerAsync(scanner(), requires, consent, cancellation)) { Stages = [ScanImagesStage.Name] },
    ];

    static CheckResult Policy(ScanPolicy policy, DateOnly today) => policy.ExpiredOn(today).Select(entry => $"{entry.Id} ({entry.Until:yyyy-MM-dd})").ToArray() switch
    {
        [] => CheckResult.Pass($"{policy.Refuse.ToString().ToLowerInvariant()} and above refuse an image, {policy.Ignored.Length} ids are ignored"),
        var expired => CheckResult.Warn($"no longer ignored: {string.Join(", ", expired)}", "Use fixed versions and take the entries out, or look again and set a later `until`."),
    };

    static async Task<CheckResult> ScannerAsync(IImageScanner? scanner, bool requires, ScanConsent consent, CancellationToken cancellation)
    {
        if (scanner is not null)
        {
            var version = await scanner.DescribeAsync(cancellation);
            return CheckResult.Pass($"{version.Name}, database {version.Database}");
        }

        return (requires, consent.Unscanned) switch
        {
            (true, false) => CheckResult.Fail("there is no scanner", $"{ImageScanners.HowToGet} Or deploy all the same with --accept-unscanned --reason \"...\"."),
            (_, true) => CheckResult.Warn($"there is no scanner, which is accepted: {consent.Reason}", ImageScanners.HowToGet),
            _ => CheckResult.Warn("there is no scanner: images are not scanned", ImageScanners.HowToGet),
        };
    }
}
