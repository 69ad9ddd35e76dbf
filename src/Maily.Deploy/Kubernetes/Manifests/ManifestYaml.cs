using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Reads manifests from YAML, with the types of YAML's core schema.</summary>
public static partial class ManifestYaml
{
    // Beyond these digits an octal number has more than 63 bits.
    const int LongestOctal = 21;

    /// <summary>All objects of all documents; the items of a <c>List</c> one by one.</summary>
    /// <exception cref="MalformedManifestException">The text is no YAML, or a document is no object.</exception>
    public static ImmutableArray<KubernetesObject> Parse(string text) => [.. Documents(text).Where(node => node is not null).SelectMany(Objects)];

    /// <summary>Each document as JSON; null for an empty one.</summary>
    /// <exception cref="MalformedManifestException">The text is no YAML.</exception>
    internal static IEnumerable<JsonNode?> Documents(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException malformed)
        {
            throw new MalformedManifestException("The rendered manifests are no YAML.", $"line {malformed.Start.Line}: {malformed.Message}");
        }

        return yaml.Documents.Select(document => ToJson(document.RootNode));
    }

    static IEnumerable<KubernetesObject> Objects(JsonNode? document) => document switch
    {
        JsonObject list when list.Text("kind")?.EndsWith("List", StringComparison.Ordinal) == true && list["items"] is JsonArray =>
            list.Objects("items").SelectMany(item => Objects(item)),
        JsonObject json => [new KubernetesObject((JsonObject)json.DeepClone())],
        _ => throw new MalformedManifestException("A document of the rendered manifests is no object.", document?.ToJsonString()),
    };

    static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair =>
            KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Tag.IsEmpty: true } plain => Scalar(plain.Value ?? ""),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => throw new MalformedManifestException("The rendered manifests hold an unknown kind of YAML node."),
    };

    static JsonNode? Scalar(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => JsonValue.Create(true),
        "false" or "False" or "FALSE" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && Whole().IsMatch(text) => JsonValue.Create(number),
        _ when text.StartsWith("0x", StringComparison.Ordinal) && long.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) => JsonValue.Create(hex),
        _ when Octal().IsMatch(text) && text.TrimStart('0', 'o').Length <= LongestOctal => JsonValue.Create(Convert.ToInt64(text.TrimStart('0', 'o'), 8)),
        // A commit id such as 7e98765 looks like a number, but like none that JSON can hold.
        _ when Fraction().IsMatch(text) && double.Parse(text, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Whole();

    // File modes are written 0644 (YAML 1.1) or 0o644.
    [GeneratedRegex("^0o?[0-7]*[1-7][0-7]*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Octal();

    [GeneratedRegex(@"^[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fraction();
}
