using System.Globalization;
using Maily.Deploy.Images.Scanning.Inventory;

namespace Maily.Deploy.Images.Scanning.Trivy;

/// <summary>Puts an inventory into the form in which trivy's own client sends what it found in a layer.</summary>
static class TrivyPackaging
{
    /// <summary>The whole image as one layer: what lower layers held and upper ones took away is no part of an inventory.</summary>
    public static TrivyBlob BlobOf(ImageInventory inventory, string id) => new()
    {
        DiffId = id,
        Os = inventory.Distribution is { } distribution ? new() { Family = distribution.Family, Name = distribution.Version } : null,
        Packages = [.. inventory.Packages.Where(package => package.IsOfDistribution).GroupBy(package => package.Path, StringComparer.Ordinal)
            .Select(group => new TrivyPackages { FilePath = group.Key, Packages = [.. group.Select(package => Of(package, inventory.Distribution))] })],
        Applications = [.. inventory.Packages.Where(package => !package.IsOfDistribution).GroupBy(package => package.Type, StringComparer.Ordinal)
            .Select(group => new TrivyApplication { Type = TypeOf(group.Key), Packages = [.. group.Select(package => Of(package, inventory.Distribution))] })],
    };

    // The types of installed packages; those of lock files have other names.
    static string TypeOf(string type) => type switch { "npm" => "node-pkg", "pypi" => "python-pkg", _ => type };

    static TrivyPackage Of(SoftwarePackage package, Distribution? distribution)
    {
        var (binary, source) = (Debian(package.Type, package.Version), Debian(package.Type, package.SourceVersion));
        var purl = package.PurlIn(distribution);
        return new()
        {
            Id = $"{package.Name}@{package.Version}", Name = package.Name, Version = binary.Version, Release = binary.Release, Epoch = binary.Epoch,
            Arch = package.Architecture ?? "", FilePath = package.IsOfDistribution ? "" : package.Path, Identifier = new() { Purl = purl, Uid = $"{purl}#{package.Path}" },
            SourceName = package.IsOfDistribution ? package.SourceName : "", SourceVersion = package.IsOfDistribution ? source.Version : "",
            SourceRelease = package.IsOfDistribution ? source.Release : "", SourceEpoch = package.IsOfDistribution ? source.Epoch : 0,
        };
    }

    // dpkg: [epoch:]upstream[-revision]; the last dash splits.
    static (int Epoch, string Version, string Release) Debian(string type, string version)
    {
        if (type != "deb")
            return (0, version, "");
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon > 0 && int.TryParse(version.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        var rest = version[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }
}
