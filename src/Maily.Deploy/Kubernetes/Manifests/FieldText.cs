using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Writes values of fields for people: short, and never a secret.</summary>
static partial class FieldText
{
    const int Longest = 120;
    const string Hidden = "(secret)";

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value in one short line, or null for none.</summary>
    /// <param name="kind">The kind of the object that it stands in: a Secret's values are never shown.</param>
    /// <param name="path">The field's path.</param>
    /// <param name="value">The value.</param>
    public static string? Of(string kind, string path, JsonNode? value)
    {
        if (value is null)
            return null;
        var shown = Masked(kind, path, value);
        var text = shown is JsonValue plain && plain.GetValueKind() == JsonValueKind.String ? Line(plain.GetValue<string>()) : shown!.ToJsonString(Plain);
        return text.Length <= Longest ? text : $"{text[..Longest]}... ({text.Length} characters)";
    }

    /// <summary>The value without secrets; parameters as above.</summary>
    public static JsonNode? Masked(string kind, string path, JsonNode? value) => Mask(kind, path, value?.DeepClone());

    static string Line(string text) => text.Contains('\n', StringComparison.Ordinal) ? JsonSerializer.Serialize(text, Plain) : text;

    static JsonNode? Mask(string kind, string path, JsonNode? value)
    {
        if (IsSecret(kind, path))
            return HideAll(value);
        switch (value)
        {
            case JsonObject json:
                if (json["value"] is JsonValue && Sounds().IsMatch(json.Text("name") ?? ""))
                    json["value"] = Hidden;
                foreach (var name in json.Select(pair => pair.Key).ToList())
                    json[name] = Mask(kind, $"{path}.{name}", json[name]?.DeepClone());
                return json;
            case JsonArray list:
                return new JsonArray([.. list.Select((item, at) => Mask(kind, $"{path}[{at}]", item?.DeepClone()))]);
            default:
                return value;
        }
    }

    static JsonNode? HideAll(JsonNode? value) => value switch
    {
        JsonObject json => new JsonObject(json.Select(pair => KeyValuePair.Create(pair.Key, HideAll(pair.Value)))),
        null => null,
        _ => JsonValue.Create(Hidden),
    };

    // The last applied configuration holds all values once more.
    static bool IsSecret(string kind, string path) =>
        path.EndsWith("last-applied-configuration", StringComparison.Ordinal)
        || kind == "Secret" && (path.StartsWith(".data", StringComparison.Ordinal) || path.StartsWith(".stringData", StringComparison.Ordinal))
        || EnvironmentValue().Match(path) is { Success: true } named && Sounds().IsMatch(named.Groups["name"].Value)
        || path.StartsWith(".data.", StringComparison.Ordinal) && Sounds().IsMatch(path);

    [GeneratedRegex("pass(word|wd)?|secret|token|credential|api_?-?key|private_?-?key", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sounds();

    [GeneratedRegex("""\.env\[name="(?<name>[^"]*)"\]\.value$""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EnvironmentValue();
}
