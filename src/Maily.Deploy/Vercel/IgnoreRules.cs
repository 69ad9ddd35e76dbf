using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Vercel;

/// <summary>
/// The rules of a .vercelignore file, which are those of .gitignore: the last rule that fits decides, <c>!</c> takes back, a
/// leading or inner slash anchors, a trailing slash means folders. The files that Vercel never takes are left out always.
/// </summary>
public sealed class IgnoreRules
{
    static readonly ImmutableArray<string> Standard =
        [".git", ".gitignore", ".vercel", ".vercelignore", ".env", ".env.*", "node_modules", ".next", ".DS_Store", "npm-debug.log", "*.pyc", "__pycache__"];

    readonly ImmutableArray<(Regex Form, bool Takes)> rules;

    IgnoreRules(IEnumerable<string> lines) =>
        rules = [.. Standard.Concat(lines).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Rule)];

    /// <summary>The standard rules, then those of the text.</summary>
    public static IgnoreRules Parse(string text) => new(text.ReplaceLineEndings("\n").Split('\n'));

    /// <summary>Whether the file (a relative path with <c>/</c>) is left out, itself or with a folder above it.</summary>
    public bool Ignores(string path)
    {
        for (var end = path.IndexOf('/', StringComparison.Ordinal); end >= 0; end = path.IndexOf('/', end + 1))
            if (Decide(path[..end] + "/"))
                return true;
        return Decide(path);
    }

    bool Decide(string path)
    {
        var ignored = false;
        foreach (var (form, takes) in rules)
            if (form.IsMatch(path))
                ignored = !takes;
        return ignored;
    }

    static (Regex Form, bool Takes) Rule(string line)
    {
        var takes = line[0] == '!';
        var pattern = takes ? line[1..] : line;
        var folder = pattern.EndsWith('/');
        pattern = pattern.TrimEnd('/');
        var anchored = pattern.Contains('/', StringComparison.Ordinal);
        var form = $"^{(anchored ? "" : "(?:.*/)?")}{Translate(pattern.TrimStart('/'))}{(folder ? "/" : "/?")}$";
        return (new Regex(form, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), takes);
    }

    static string Translate(string pattern)
    {
        var form = new StringBuilder();
        for (var at = 0; at < pattern.Length; at++)
        {
            if (string.CompareOrdinal(pattern, at, "**/", 0, 3) == 0)
                (form, at) = (form.Append("(?:.*/)?"), at + 2);
            else if (string.CompareOrdinal(pattern, at, "**", 0, 2) == 0)
                (form, at) = (form.Append(".*"), at + 1);
            else
                form.Append(pattern[at] switch { '*' => "[^/]*", '?' => "[^/]", var other => Regex.Escape(other.ToString()) });
        }

        return form.ToString();
    }
}
