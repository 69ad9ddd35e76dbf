using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images;

/// <summary>
/// The rules of a <c>.dockerignore</c>: the last rule that matches a path or one of its parents decides, <c>!</c> takes
/// it in again, <c>*</c> stays within a folder and <c>**</c> crosses folders.
/// </summary>
public sealed class DockerIgnore
{
    static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    readonly ImmutableArray<(Regex Pattern, bool Includes)> rules;

    DockerIgnore(ImmutableArray<(Regex Pattern, bool Includes)> rules) => this.rules = rules;

    /// <summary>Whether some rule takes paths in again, so that ignored folders must be looked into.</summary>
    public bool HasExceptions => rules.Any(rule => rule.Includes);

    /// <summary>Reads the file's lines; comments, which begin at the very beginning of a line, and empty lines are left out.</summary>
    public static DockerIgnore Parse(IEnumerable<string> lines) =>
        new([.. lines.Where(line => !line.StartsWith('#')).Select(line => line.Trim()).Where(line => line.Length > 0).Select(RuleOf).OfType<(Regex, bool)>()]);

    /// <summary>Whether the path (with <c>/</c>, relative to the context) is kept away from the build.</summary>
    public bool Ignores(string path)
    {
        var candidates = ParentsOf(path).ToArray();
        var ignored = false;
        foreach (var (pattern, includes) in rules)
            if (ignored == includes && candidates.Any(pattern.IsMatch))
                ignored = !includes;
        return ignored;
    }

    static IEnumerable<string> ParentsOf(string path)
    {
        yield return path;
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    static (Regex, bool)? RuleOf(string line)
    {
        var includes = line[0] == '!';
        var pattern = Clean(includes ? line[1..].Trim() : line);
        return pattern.Length == 0 ? null : (new Regex(ExpressionOf(pattern), RegexOptions.CultureInvariant | RegexOptions.Singleline, MatchTimeout), includes);
    }

    // What leads out of the context names nothing in it; above its root, as in /../x, is the root.
    static string Clean(string pattern)
    {
        var kept = new List<string>();
        foreach (var part in pattern.Split('/').Where(part => part is not "" and not "."))
        {
            if (part == ".." && kept is [.., not ".."])
                kept.RemoveAt(kept.Count - 1);
            else if (part != ".." || pattern[0] != '/')
                kept.Add(part);
        }

        return string.Join('/', kept);
    }

    static string ExpressionOf(string pattern)
    {
        var expression = new StringBuilder("^");
        for (var at = 0; at < pattern.Length; at++)
            at += Append(expression, pattern, at);
        return expression.Append('$').ToString();
    }

    // Gives how many characters were taken beyond the first.
    static int Append(StringBuilder expression, string pattern, int at)
    {
        switch (pattern[at])
        {
            case '*' when pattern.AsSpan(at).StartsWith("**/", StringComparison.Ordinal):
                expression.Append("(?:.*/)?");
                return 2;
            case '*' when pattern.AsSpan(at).StartsWith("**", StringComparison.Ordinal):
                expression.Append(".*");
                return 1;
            case '*':
                expression.Append("[^/]*");
                return 0;
            case '?':
                expression.Append("[^/]");
                return 0;
            case '[' when pattern.IndexOf(']', at + 1) is > 0 and var end:
                expression.Append(pattern, at, end - at + 1);
                return end - at;
            case '\\' when at + 1 < pattern.Length:
                expression.Append(Regex.Escape(pattern[at + 1].ToString()));
                return 1;
            default:
                expression.Append(Regex.Escape(pattern[at].ToString()));
                return 0;
        }
    }
}
