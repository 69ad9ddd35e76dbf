using System.Text.RegularExpressions;

namespace Maily.Deploy.Images.Dockerfiles;

/// <summary>The variables in a Dockerfile's FROM lines: <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-other}</c> and <c>${NAME:+other}</c>.</summary>
static partial class DockerVariables
{
    /// <summary>Reads an ARG instruction: the value that was given for each name, else its default.</summary>
    public static void Declare(string declaration, IReadOnlyDictionary<string, string> given, Dictionary<string, string> values)
    {
        foreach (var word in declaration.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = word.Split('=', 2);
            values[parts[0]] = given.TryGetValue(parts[0], out var value) ? value
                : parts.Length > 1 ? Expand(parts[1].Trim('"', '\''), values) : "";
        }
    }

    /// <summary>The text with values in place of variables; one without a value is empty, as for the engine.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> values) => Form().Replace(text, match =>
    {
        var value = values.GetValueOrDefault(match.Groups["name"].Value, "");
        return match.Groups["operator"].Value switch
        {
            ":-" => value.Length > 0 ? value : match.Groups["other"].Value,
            ":+" => value.Length > 0 ? match.Groups["other"].Value : "",
            _ => value,
        };
    }).Trim('"', '\'');

    /// <summary>Whether the text holds a variable that BuildKit alone sets, to another value for each platform.</summary>
    public static bool IsOfBuildKit(string text) => Form().Matches(text).Any(match => match.Groups["name"].Value is
        "TARGETPLATFORM" or "TARGETOS" or "TARGETARCH" or "TARGETVARIANT" or "BUILDPLATFORM" or "BUILDOS" or "BUILDARCH" or "BUILDVARIANT");

    [GeneratedRegex(@"\$(?:\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?:(?<operator>:[-+])(?<other>[^}]*))?\}|(?<name>[A-Za-z_][A-Za-z0-9_]*))", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
