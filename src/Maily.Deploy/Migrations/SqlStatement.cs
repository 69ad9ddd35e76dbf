using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>One statement of a migration, with its place in the file.</summary>
public sealed class SqlStatement
{
    readonly string source;
    readonly int end;
    ImmutableArray<string> words;

    internal SqlStatement(string source, int start, int end) => (this.source, Start, this.end) = (source, start, end);

    /// <summary>Index of its first character in the file's text.</summary>
    public int Start { get; }

    /// <summary>Exactly as it stands in the file, with the semicolon and what precedes it; all of a file's, joined, are the file.</summary>
    public string Raw => source[Start..end];

    /// <summary>As the history table stores it and the server gets it: without the final semicolon and the space around it.</summary>
    public string Text => source.AsSpan(Start, end - Start).TrimEnd(';').Trim().ToString();

    /// <summary>Whether there is any text.</summary>
    public bool HasText => !source.AsSpan(Start, end - Start).TrimEnd(';').Trim().IsEmpty;

    /// <summary>Index of <see cref="Text"/> in the file's text.</summary>
    public int TextStart => Start + (HasText ? end - Start - source.AsSpan(Start, end - Start).TrimStart().Length : 0);

    /// <summary>Index in the file's text of its first word, behind the comments before it; of <see cref="Text"/> where it has none.</summary>
    public int WordsStart
    {
        get
        {
            foreach (var token in SqlLexer.Read(source, Start, end))
                if (token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment))
                    return token.Start;
            return TextStart;
        }
    }

    /// <summary>
    /// Its words in upper case, quoted names as they are in quotes, strings as <c>'</c>, symbols; without comments. For
    /// classification, not for execution.
    /// </summary>
    public ImmutableArray<string> Words => words.IsDefault ? words = ReadWords() : words;

    /// <summary>Whether it holds nothing but comments.</summary>
    public bool IsEmpty
    {
        get
        {
            foreach (var token in SqlLexer.Read(source, Start, end))
                if (token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment) && !token.Is(source, ';'))
                    return false;
            return true;
        }
    }

    /// <summary>Its first words as they are written, without lines of comment before or between them.</summary>
    public string FirstWords(int count) => string.Join(' ', Text.Split('\n').Where(line => !line.TrimStart().StartsWith("--", StringComparison.Ordinal))
        .SelectMany(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Take(count));

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

    ImmutableArray<string> ReadWords()
    {
        var read = ImmutableArray.CreateBuilder<string>();
        foreach (var token in SqlLexer.Read(source, Start, end))
            if (token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment))
                read.Add(WordOf(source, token));
        return read.ToImmutable();
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
