namespace Maily.Deploy.Images.Scanning.Inventory;

/// <summary>Reads what package managers leave in an image.</summary>
static class PackageDatabases
{
    /// <summary>dpkg's status: paragraphs of <c>Field: value</c>; only what is installed counts.</summary>
    public static IEnumerable<SoftwarePackage> Dpkg(string text, string path)
    {
        foreach (var fields in Paragraphs(text, ": "))
        {
            // A file of status.d describes one installed package and says no status.
            if (!fields.TryGetValue("Package", out var name) || !fields.TryGetValue("Version", out var version)
                || (fields.TryGetValue("Status", out var status) && !status.EndsWith(" installed", StringComparison.Ordinal)))
                continue;
            // "Source: bash (5.2-1)": the version stands there only where it differs.
            var source = fields.GetValueOrDefault("Source", name).Split(' ', 2);
            yield return new("deb", name, version, path)
            {
                Architecture = fields.GetValueOrDefault("Architecture"), SourceName = source[0], SourceVersion = source.Length == 2 ? source[1].Trim('(', ')') : version,
            };
        }
    }

    /// <summary>apk's installed database: paragraphs of <c>X:value</c>.</summary>
    public static IEnumerable<SoftwarePackage> Apk(string text, string path) =>
        from fields in Paragraphs(text, ":")
        where fields.ContainsKey("P") && fields.ContainsKey("V")
        select new SoftwarePackage("apk", fields["P"], fields["V"], path)
        {
            Architecture = fields.GetValueOrDefault("A"), SourceName = fields.GetValueOrDefault("o", fields["P"]),
        };

    /// <summary>A Python package's METADATA: headers, up to the first empty line.</summary>
    public static IEnumerable<SoftwarePackage> Python(string text, string path) =>
        Paragraphs(text, ": ").FirstOrDefault() is { } fields && fields.TryGetValue("Name", out var name) && fields.TryGetValue("Version", out var version)
            ? [new("pypi", name, version, path)]
            : [];

    static IEnumerable<Dictionary<string, string>> Paragraphs(string text, string separator)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r')).Append(""))
        {
            if (line.Length == 0)
            {
                if (fields.Count > 0)
                    yield return fields;
                fields = new(StringComparer.Ordinal);
            }
            else if (line[0] is not (' ' or '\t') && line.IndexOf(separator, StringComparison.Ordinal) is var at and > 0)
            {
                fields.TryAdd(line[..at], line[(at + separator.Length)..].Trim());
            }
        }
    }
}
