using System.Collections.Immutable;

namespace Maily.Deploy.Images.Scanning;

/// <summary>What somebody accepts about scans in one run, and why. It is journalled and reported.</summary>
public sealed record ScanConsent
{
    /// <summary>Nothing.</summary>
    public static ScanConsent None { get; } = new();

    /// <summary>That images are deployed which nothing has scanned.</summary>
    public bool Unscanned { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>What is accepted, for people.</summary>
    public ImmutableArray<string> Lines => Unscanned ? [$"images that nothing has scanned (--accept-unscanned): {Reason}"] : [];
}
