using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>What is installed in an image, by the databases of dpkg and apk and by what npm and pip leave beside a package.</summary>
/// <param name="Distribution">The distribution; null where the image names none.</param>
/// <param name="Packages">All packages, by type, name and path.</param>
public sealed record ImageInventory(Distribution? Distribution, ImmutableArray<SoftwarePackage> Packages)
{
    /// <summary>Whether a file of an image is one that this reads.</summary>
    public static bool Reads(string path) =>
        path is "etc/os-release" or "usr/lib/os-release" or "etc/alpine-release" or "etc/debian_version" or "var/lib/dpkg/status" or "lib/apk/db/installed" or "usr/lib/apk/db/installed"
        || IsRpm(path) || (path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !path.EndsWith(".md5sums", StringComparison.Ordinal))
        || IsNode(path) || IsPython(path);

    /// <summary>Reads the files of an image.</summary>
    /// <exception cref="UnreadableImageException">Its packages are kept in a form that only trivy itself reads.</exception>
    public static ImageInventory Of(IReadOnlyDictionary<string, byte[]> files)
    {
        if (files.Keys.FirstOrDefault(IsRpm) is { } rpm)
            throw new UnreadableImageException(rpm);
        var packages = files.SelectMany(file => PackagesOf(file.Key, file.Value)).Distinct();
        return new(DistributionOf(files), [.. packages.OrderBy(package => package.Type, StringComparer.Ordinal)
            .ThenBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Path, StringComparer.Ordinal)]);
    }

    static IEnumerable<SoftwarePackage> PackagesOf(string path, byte[] content) => path switch
    {
        _ when path.StartsWith("var/lib/dpkg/status", StringComparison.Ordinal) => PackageDatabases.Dpkg(Text(content), path),
        "lib/apk/db/installed" or "usr/lib/apk/db/installed" => PackageDatabases.Apk(Text(content), path),
        _ when IsPython(path) => PackageDatabases.Python(Text(content), path),
        _ when IsNode(path) => Node(content, path),
        _ => [],
    };

    // A package.json without name or version is a fixture or marks the kind of a folder: npm installs none like that.
    static IEnumerable<SoftwarePackage> Node(byte[] content, string path)
    {
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(content).RootElement;
        }
        catch (JsonException)
        {
            yield break;
        }

        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("name", out var name) && root.TryGetProperty("version", out var version)
            && name.ValueKind == JsonValueKind.String && version.ValueKind == JsonValueKind.String)
            yield return new("npm", name.GetString()!, version.GetString()!, path);
    }

    static Distribution? DistributionOf(IReadOnlyDictionary<string, byte[]> files)
    {
        string? Read(string path) => files.TryGetValue(path, out var content) ? Text(content).Trim() : null;
        var release = (Read("etc/os-release") is { Length: > 0 } found ? found : Read("usr/lib/os-release") ?? "").Split('\n')
            .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0], StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Last()[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
        if (!release.TryGetValue("ID", out var family))
            return null;
        // The release file is more exact than os-release: 12.5 where that says 12.
        var exact = family switch { "debian" => Read("etc/debian_version"), "alpine" => Read("etc/alpine-release"), _ => null };
        return new(family, exact is { Length: > 0 } && char.IsDigit(exact[0]) ? exact : release.GetValueOrDefault("VERSION_ID", ""));
    }

    static bool IsNode(string path) => path.EndsWith("/package.json", StringComparison.Ordinal) && $"/{path}".Contains("/node_modules/", StringComparison.Ordinal);

    static bool IsPython(string path) => path.EndsWith(".dist-info/METADATA", StringComparison.Ordinal);

    static bool IsRpm(string path) => path is "var/lib/rpm/Packages" or "var/lib/rpm/Packages.db" or "var/lib/rpm/rpmdb.sqlite" or "usr/lib/sysimage/rpm/rpmdb.sqlite" or "usr/lib/sysimage/rpm/Packages.db";

    static string Text(byte[] content) => Encoding.UTF8.GetString(content);
}

/// <summary>The packages of an image cannot be read without trivy itself.</summary>
public sealed class UnreadableImageException(string database)
    : DeployException($"The image keeps its packages in {database}, which cannot be read here.", "Install trivy on this machine: it reads RPM databases, and uses the server of TRIVY_SERVER_URL all the same.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
