using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>One statement of a migration, with its place in the file.</summary>
public sealed record SqlStatement
{
    internal SqlStatement(string source, int start, int end, ImmutableArray<SqlToken> tokens)
    {
        (Start, Raw) = (start, source[start..end]);
        Text = Raw.TrimEnd(';').Trim();
        var words = tokens.Where(token => token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment)).ToImmutableArray();
        Words = [.. words.Select(token => WordOf(source, token))];
        WordsStart = words.IsEmpty ? TextStart : words[0].Start;
    }

    /// <summary>Index of its first character in the file's text.</summary>
    public int Start { get; }

    /// <summary>Exactly as it stands in the file, with the semicolon and what precedes it; all of a file's, joined, are the file.</summary>
    public string Raw { get; }

    /// <summary>As the history table stores it and the server gets it: without the final semicolon and the space around it.</summary>
    public string Text { get; }

    /// <summary>Index of <see cref="Text"/> in the file's text.</summary>
    public int TextStart => Start + (Text.Length == 0 ? 0 : Raw.IndexOf(Text, StringComparison.Ordinal));

    /// <summary>Index in the file's text of its first word, behind the comments before it; of <see cref="Text"/> where it has none.</summary>
    public int WordsStart { get; }

    /// <summary>
    /// Its words in upper case, quoted names as they are in quotes, strings as <c>'</c>, symbols; without comments. For
    /// classification, not for execution.
    /// </summary>
    public ImmutableArray<string> Words { get; }

    /// <summary>Whether it holds nothing but comments.</summary>
    public bool IsEmpty => Words.All(word => word == ";");

    /// <summary>Whether its words begin so; each argument may offer several words: <c>"TABLE|VIEW"</c>.</summary>
    public bool StartsWith(params ReadOnlySpan<string> words)
    {
        if (Words.Length < words.Length)
            return false;
        for (var i = 0; i < words.Length; i++)
            if (!words[i].Split('|').Contains(Words[i], StringComparer.Ordinal))
                return false;
        return true;
    }

    static string WordOf(string source, SqlToken token) => token.Kind switch
    {
        SqlTokenKind.Word => token.In(source).ToString().ToUpperInvariant(),
        SqlTokenKind.String => "'",
        _ => token.In(source).ToString(),
    };

    /// <summary>The text.</summary>
    public override string ToString() => Text;
}
