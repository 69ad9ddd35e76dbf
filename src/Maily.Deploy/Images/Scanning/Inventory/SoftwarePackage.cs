using System.Globalization;

namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>One package that is installed in an image.</summary>
/// <param name="Type">As package URLs name it: <c>deb</c>, <c>apk</c>, <c>npm</c>, <c>pypi</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version, as its own database writes it.</param>
/// <param name="Path">The file in the image that names it.</param>
public sealed record SoftwarePackage(string Type, string Name, string Version, string Path)
{
    /// <summary>The processor it is built for; null for any.</summary>
    public string? Architecture { get; init; }

    /// <summary>The source package that it is built from; advisories of distributions name that one.</summary>
    public string SourceName { get; init; } = Name;

    /// <summary>The source package's version.</summary>
    public string SourceVersion { get; init; } = Version;

    /// <summary>Whether the distribution's own package manager installed it.</summary>
    public bool IsOfDistribution => Type is "deb" or "apk";

    /// <summary>Its package URL: <c>pkg:deb/debian/libc6@2.36-9?arch=amd64&amp;distro=debian-12.5</c>.</summary>
    public string PurlIn(Distribution? distribution)
    {
        var scope = IsOfDistribution && distribution is not null ? $"{distribution.Family}/" : "";
        var qualifiers = new[] { Architecture is null ? null : $"arch={Architecture}", IsOfDistribution && distribution is not null ? $"distro={distribution.Family}-{distribution.Version}" : null }.OfType<string>().ToArray();
        return string.Create(CultureInfo.InvariantCulture,
            $"pkg:{Type}/{scope}{string.Join('/', Name.Split('/').Select(Uri.EscapeDataString))}@{Uri.EscapeDataString(Version)}{(qualifiers.Length == 0 ? "" : "?" + string.Join('&', qualifiers))}");
    }
}

/// <summary>The Linux distribution of an image.</summary>
/// <param name="Family">The <c>ID</c> of its os-release: <c>debian</c>, <c>alpine</c>.</param>
/// <param name="Version">Its version: <c>12.5</c>, <c>3.19.1</c>.</param>
public sealed record Distribution(string Family, string Version);
