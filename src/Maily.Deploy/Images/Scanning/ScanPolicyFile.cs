using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Images.Scanning;

/// <summary>
/// Reads a policy from YAML: <c>refuse</c> (a severity), <c>only-fixed</c>, <c>max-age-hours</c>, and <c>ignore</c>, a list of
/// <c>id</c>, <c>until</c> (a day), <c>reason</c> and, where it must be narrower, <c>package</c> and <c>image</c>. All faults are told at once.
/// </summary>
public static class ScanPolicyFile
{
    static readonly string[] Keys = ["refuse", "only-fixed", "max-age-hours", "ignore"];
    static readonly string[] EntryKeys = ["id", "package", "image", "until", "reason"];

    /// <summary>The policy of a file.</summary>
    /// <exception cref="MalformedScanPolicyException">It is missing, or something in it cannot be meant.</exception>
    public static ScanPolicy Read(string path) =>
        File.Exists(path) ? Parse(File.ReadAllText(path), path) : throw new MalformedScanPolicyException(path, ["the file is missing"]);

    /// <summary>The policy of a text.</summary>
    /// <exception cref="MalformedScanPolicyException">Something in it cannot be meant.</exception>
    public static ScanPolicy Parse(string text, string path)
    {
        var faults = new List<string>();
        var root = Mapping(text, path);
        Unknown(root, Keys, "", faults);
        var policy = new ScanPolicy
        {
            Refuse = Enum.TryParse<Severity>(Text(root, "refuse") ?? "high", ignoreCase: true, out var severity) && Enum.IsDefined(severity)
                ? severity : Fault<Severity>(faults, $"refuse: '{Text(root, "refuse")}' is no severity; they are {string.Join(", ", Enum.GetNames<Severity>()).ToLowerInvariant()}"),
            OnlyFixed = Text(root, "only-fixed") switch { null or "false" => false, "true" => true, var other => Fault<bool>(faults, $"only-fixed: '{other}' is neither true nor false") },
            MaxAge = int.TryParse(Text(root, "max-age-hours") ?? "24", NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
                ? TimeSpan.FromHours(hours) : Fault<TimeSpan>(faults, $"max-age-hours: '{Text(root, "max-age-hours")}' is no number of hours"),
            Ignored = [.. Entries(root, faults)],
        };
        return faults.Count == 0 ? policy : throw new MalformedScanPolicyException(path, [.. faults]);
    }

    static IEnumerable<IgnoredVulnerability> Entries(YamlMappingNode root, List<string> faults)
    {
        if (!root.Children.TryGetValue("ignore", out var node))
            yield break;
        var at = 0;
        foreach (var item in (node as YamlSequenceNode)?.Children ?? [])
        {
            var place = $"ignore[{at++}]";
            if (item is not YamlMappingNode entry)
            {
                faults.Add($"{place} is no mapping");
                continue;
            }

            Unknown(entry, EntryKeys, place + ".", faults);
            if (!DateOnly.TryParseExact(Text(entry, "until"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until))
                faults.Add($"{place}.until: name the last day, as 2026-12-31: nothing is ignored for ever");
            foreach (var key in new[] { "id", "reason" }.Where(key => string.IsNullOrWhiteSpace(Text(entry, key))))
                faults.Add($"{place}.{key} is missing");
            yield return new(Text(entry, "id") ?? "", Text(entry, "package"), Text(entry, "image"), until, Text(entry, "reason") ?? "");
        }
    }

    static YamlMappingNode Mapping(string text, string path)
    {
        try
        {
            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            return yaml.Documents.Count == 0 ? [] : yaml.Documents[0].RootNode as YamlMappingNode ?? throw new MalformedScanPolicyException(path, ["it is no mapping"]);
        }
        catch (YamlException malformed)
        {
            throw new MalformedScanPolicyException(path, [$"line {malformed.Start.Line}: {malformed.Message}"]);
        }
    }

    static void Unknown(YamlMappingNode map, string[] known, string prefix, List<string> faults) => faults.AddRange(
        map.Children.Keys.Select(key => ((YamlScalarNode)key).Value ?? "").Where(key => !known.Contains(key))
            .Select(key => $"{prefix}{key} is not known; known are {string.Join(", ", known)}"));

    static string? Text(YamlMappingNode map, string key) => map.Children.TryGetValue(key, out var node) ? (node as YamlScalarNode)?.Value : null;

    static T Fault<T>(List<string> faults, string fault)
    {
        faults.Add(fault);
        return default!;
    }
}

/// <summary>The policy of the scan cannot be read as it is.</summary>
public sealed class MalformedScanPolicyException(string path, ImmutableArray<string> faults)
    : DeployException($"The scan policy {path} cannot be used: {string.Join("; ", faults)}.", "Correct the file.")
{
    /// <summary>Each fault with its place.</summary>
    public ImmutableArray<string> Faults { get; } = faults;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
