using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images.Buildx;

/// <summary>docker buildx as a probe found it.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Driver">What its present builder is: <c>docker</c> is the engine's own BuildKit, all others are builders of their own.</param>
/// <param name="BuildKit">The builder's version of BuildKit; null where it does not say.</param>
/// <param name="Platforms">What the builder can build for.</param>
public sealed partial record BuildxFound(Version Version, string Driver, Version? BuildKit, ImmutableArray<string> Platforms)
{
    /// <summary>
    /// Whether the builder is one of its own: only such a one builds for several platforms at once, keeps its cache in the registry, and
    /// attests provenance and contents.
    /// </summary>
    public bool HasOwnBuilder => Driver != "docker";

    /// <summary>Reads what <c>docker buildx version</c> and <c>docker buildx inspect</c> print; null where that is something else.</summary>
    public static BuildxFound? Read(string version, string inspection) =>
        VersionForm().Match(version) is { Success: true } found && DriverForm().Match(inspection) is { Success: true } driver
            ? new(Version.Parse(found.Groups["version"].Value), driver.Groups["driver"].Value,
                BuildKitForm().Match(inspection) is { Success: true } kit ? Version.Parse(kit.Groups["version"].Value) : null,
                [.. PlatformsForm().Matches(inspection).SelectMany(match => match.Groups["list"].Value.Split(',')).Select(name => name.Trim(' ', '*', '\r')).Where(name => name.Length > 0).Distinct()])
            : null;

    /// <summary>What it is, for people.</summary>
    public override string ToString() => $"buildx {Version}, builder of type {Driver}{(BuildKit is null ? "" : $" with BuildKit {BuildKit}")}";

    [GeneratedRegex(@"buildx\s+v?(?<version>[0-9]+\.[0-9]+\.[0-9]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VersionForm();

    [GeneratedRegex(@"^Driver:\s+(?<driver>\S+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex DriverForm();

    [GeneratedRegex(@"^Build[Kk]it(?: version)?:\s+v?(?<version>[0-9]+\.[0-9]+\.[0-9]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex BuildKitForm();

    [GeneratedRegex(@"^Platforms:\s+(?<list>[^\n]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex PlatformsForm();
}
