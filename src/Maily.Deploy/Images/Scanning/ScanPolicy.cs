using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Which weaknesses keep an image from being deployed. Read from the file beside the services; see <see cref="ScanPolicyFile"/>.</summary>
public sealed record ScanPolicy
{
    /// <summary>This severity and all above refuse an image.</summary>
    public Severity Refuse { get; init; } = Severity.High;

    /// <summary>Whether only weaknesses count for which a fixed version exists.</summary>
    public bool OnlyFixed { get; init; }

    /// <summary>How long the scan of an unchanged image is good for: databases learn of weaknesses every day.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What is accepted for some time.</summary>
    public ImmutableArray<IgnoredVulnerability> Ignored { get; init; } = [];

    /// <summary>Twelve digits that change with the policy: a scan that was judged by another one is made again.</summary>
    public string Fingerprint => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{Refuse} {OnlyFixed}\n{string.Join('\n', Ignored.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Id} {entry.Package} {entry.Image} {entry.Until:yyyy-MM-dd} {entry.Reason}")))}")))[..12];

    /// <summary>Entries that no longer hold on that day.</summary>
    public IEnumerable<IgnoredVulnerability> ExpiredOn(DateOnly day) => Ignored.Where(entry => entry.Until < day);
}

/// <summary>A weakness that somebody accepts for some time.</summary>
/// <param name="Id">Its public name.</param>
/// <param name="Package">Only in this package; null for any.</param>
/// <param name="Image">Only in this image; null for any.</param>
/// <param name="Until">The last day on which it is accepted.</param>
/// <param name="Reason">Why.</param>
public sealed record IgnoredVulnerability(string Id, string? Package, string? Image, DateOnly Until, string Reason)
{
    /// <summary>Whether it speaks of that finding.</summary>
    public bool Covers(Vulnerability found, string image) =>
        found.Id == Id && (Package is null || Package == found.Package) && (Image is null || Image == image);
}
