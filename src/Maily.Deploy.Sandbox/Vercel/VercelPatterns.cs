using System.Text.RegularExpressions;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The two ways in which paths are matched: routes of function files, and sources of vercel.json.</summary>
static partial class VercelPatterns
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary><c>api/users/[id].js</c> answers <c>/api/users/7</c>; <c>index</c> answers for its folder.</summary>
    public static Regex OfFunction(string path)
    {
        var route = IndexOrExtension().Replace("/" + path, "");
        var pattern = Bracket().Replace(Regex.Escape(route).Replace("]", "\\]", StringComparison.Ordinal), "(?<${name}>[^/]+)");
        return new Regex($"^{pattern}/?$", RegexOptions.CultureInvariant, Limit);
    }

    /// <summary>A <c>source</c> of vercel.json: <c>:name</c>, <c>:path*</c> and regular expressions in parentheses.</summary>
    public static Regex OfSource(string source)
    {
        var rest = RestParameter().Replace(source, "(?<${name}>.*)");
        return new Regex($"^{Parameter().Replace(rest, "(?<${name}>[^/]+)")}$", RegexOptions.CultureInvariant, Limit);
    }

    /// <summary>A <c>src</c> of the Build Output API: a regular expression already.</summary>
    public static Regex OfExpression(string source) => new(source, RegexOptions.CultureInvariant, Limit);

    /// <summary>The destination with <c>:name</c> and <c>$1</c> filled in.</summary>
    public static string Fill(string destination, Match match)
    {
        var named = Parameter().Replace(destination, found => match.Groups[found.Groups["name"].Value].Value);
        return Number().Replace(named, found => match.Groups[found.Groups["name"].Value].Value);
    }

    [GeneratedRegex(@"(/index)?\.[cm]?js$|(/index)?\.func$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex IndexOrExtension();

    [GeneratedRegex(@"\\\[(?<name>\w+)\\\]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Bracket();

    [GeneratedRegex(@":(?<name>\w+)\*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex RestParameter();

    [GeneratedRegex(@"(?<![?]):(?<name>[a-zA-Z_]\w*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\$(?<name>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Number();
}
