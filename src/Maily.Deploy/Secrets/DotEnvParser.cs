using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Secrets;

/// <summary>
/// Reads the text of a .env file: <c>NAME=value</c>, optional <c>export</c>, comments, single quotes (literal, may span
/// lines), double quotes (<c>\n \r \t \" \\ \$</c>, may span lines). Nothing is expanded, since a <c>$</c> in a password
/// is a <c>$</c>.
/// </summary>
public sealed partial class DotEnvParser
{
    readonly string text;
    readonly string file;
    readonly Dictionary<string, int> lineOf = new(StringComparer.Ordinal);
    int position;
    int line = 1;

    DotEnvParser(string text, string file) => (this.text, this.file) = (text.ReplaceLineEndings("\n"), file);

    bool AtEnd => position >= text.Length;

    /// <summary>The names and values in the order of the text.</summary>
    /// <exception cref="MalformedDotEnvException">A line cannot be read; names file and line, never a value.</exception>
    public static ImmutableArray<(string Name, string Value)> Parse(string text, string file) =>
        [.. new DotEnvParser(text.TrimStart('\uFEFF'), file).Entries()];

    IEnumerable<(string Name, string Value)> Entries()
    {
        for (SkipBlank(); !AtEnd; SkipBlank())
        {
            var name = Name();
            if (!lineOf.TryAdd(name, line))
                throw Broken($"{name} stands here a second time, after line {lineOf[name]}");
            yield return (name, Value(name));
        }
    }

    void SkipBlank()
    {
        while (!AtEnd && (char.IsWhiteSpace(text[position]) || text[position] == '#'))
        {
            if (text[position] == '#')
                RestOfLine();
            else
                Next();
        }
    }

    string Name()
    {
        var match = Head().Match(text, position);
        if (!match.Success)
            throw Broken("expected NAME=value");
        position += match.Length;
        return match.Groups["name"].Value;
    }

    string Value(string name)
    {
        if (AtEnd || text[position] is not ('"' or '\''))
            return Unquoted(name);
        var value = Quoted(name, text[position]);
        var rest = RestOfLine().Trim();
        return rest.Length == 0 || rest[0] == '#' ? value : throw Broken($"something follows the closing quote of {name}");
    }

    string Unquoted(string name)
    {
        var raw = RestOfLine();
        var comment = Comment().Match(raw);
        var value = (comment.Success ? raw[..comment.Index] : raw).Trim();
        return value.IndexOfAny(['"', '\'', ' ', '\t']) < 0
            ? value
            : throw Broken($"the value of {name} holds spaces or quotes: put it in single quotes");
    }

    string Quoted(string name, char quote)
    {
        var start = line;
        var value = new StringBuilder();
        Next();
        while (!AtEnd && text[position] != quote)
            value.Append(quote == '"' && text[position] == '\\' ? Escaped(name) : Next());
        if (AtEnd)
            throw new MalformedDotEnvException(file, start, $"the quote of {name} is never closed");
        Next();
        return value.ToString();
    }

    char Escaped(string name)
    {
        Next();
        return AtEnd ? '\\' : Next() switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '"' => '"',
            '\\' => '\\',
            '$' => '$',
            _ => throw Broken($"the value of {name} has an unknown escape: use single quotes to take it literally"),
        };
    }

    char Next()
    {
        var character = text[position++];
        if (character == '\n')
            line++;
        return character;
    }

    // Leaves the line's end in place, so that errors about the line still name it.
    string RestOfLine()
    {
        var end = text.IndexOf('\n', position);
        var rest = end < 0 ? text[position..] : text[position..end];
        position += rest.Length;
        return rest;
    }

    MalformedDotEnvException Broken(string what) => new(file, line, what);

    [GeneratedRegex("\\G(?:export[ \\t]+)?(?<name>[A-Za-z_][A-Za-z0-9_]*)[ \\t]*=[ \\t]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Head();

    [GeneratedRegex("(?:^|[ \\t])#", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comment();
}

/// <summary>A line of a .env file cannot be read. The line itself is not shown, since it may hold a secret.</summary>
public sealed class MalformedDotEnvException(string file, int line, string what)
    : DeployException($"{Path.GetFileName(file)}, line {line}: {what}.", $"Correct line {line} of {file}; values with spaces, quotes or # go in single quotes.")
{
    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
