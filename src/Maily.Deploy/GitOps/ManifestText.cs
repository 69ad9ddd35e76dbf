using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Maily.Deploy.GitOps;

/// <summary>Writes an object as YAML that people can read the changes of; equal objects give equal text.</summary>
static partial class ManifestText
{
    /// <summary>The text of one document.</summary>
    public static string Of(KubernetesObject item)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(NodeOf(item.Json))).Save(text, assignAnchors: false);
        var yaml = text.ToString().ReplaceLineEndings("\n");
        return yaml.EndsWith("...\n", StringComparison.Ordinal) ? yaml[..^4] : yaml;
    }

    static YamlNode NodeOf(JsonNode? node) => node switch
    {
        JsonObject json => new YamlMappingNode(json.Select(pair => KeyValuePair.Create(TextOf(pair.Key), NodeOf(pair.Value)))),
        JsonArray list => new YamlSequenceNode(list.Select(NodeOf)),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => TextOf(value.GetValue<string>()),
        null => new YamlScalarNode("null"),
        _ => new YamlScalarNode(node.ToJsonString()),
    };

    // Quoted, unless nobody could take it for anything but a text: "on", "1e3" and "2026-01-01" are all something else to some reader.
    static YamlNode TextOf(string text) => new YamlScalarNode(text)
    {
        Style = Plain().IsMatch(text) && !Words().IsMatch(text) ? ScalarStyle.Plain
            : text.Contains('\n', StringComparison.Ordinal) && Block().IsMatch(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted,
    };

    [GeneratedRegex(@"^[A-Za-z/][A-Za-z0-9_./@-]*(:[A-Za-z0-9_./@-]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(y|n|yes|no|on|off|true|false|null|nan|inf)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Words();

    // Without trailing spaces, tabs and odd characters, which a block would lose or refuse; ending in exactly one line break.
    [GeneratedRegex(@"^(?![ \n])[\x20-\x7e\n]*[\x21-\x7e]\n\z(?<![ ]\n)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}
