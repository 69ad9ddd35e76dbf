namespace Maily.Deploy.Migrations;

enum SqlTokenKind
{
    Space,
    Comment,
    Word,
    Number,
    QuotedName,
    String,
    Symbol,
}

/// <summary>The tokens of a part of a text, cut while they are asked for: a folder of migrations has millions.</summary>
readonly struct SqlTokens(string sql, int from, int to)
{
    public Enumerator GetEnumerator() => new(sql, from, to);

    public struct Enumerator(string sql, int from, int to)
    {
        int next = from;

        public SqlToken Current { get; private set; }

        public bool MoveNext()
        {
            if (next >= to)
                return false;
            Current = SqlLexer.Next(sql, next);
            next = Current.End;
            return true;
        }
    }
}

/// <summary>A piece of SQL by place; all tokens of a text, joined, are the text.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
readonly record struct SqlToken(SqlTokenKind Kind, int Start, int Length)
{
    public int End => Start + Length;

    public ReadOnlySpan<char> In(string sql) => sql.AsSpan(Start, Length);

    public bool Is(string sql, char symbol) => Kind == SqlTokenKind.Symbol && sql[Start] == symbol;

    public bool IsWord(string sql, string word) => Kind == SqlTokenKind.Word && In(sql).Equals(word, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Cuts SQL into tokens by PostgreSQL's lexical rules. Anything is accepted: what is not closed ends with the text.</summary>
static class SqlLexer
{
    public static SqlTokens Read(string sql) => new(sql, 0, sql.Length);

    /// <summary>The tokens between two borders of tokens.</summary>
    public static SqlTokens Read(string sql, int from, int to) => new(sql, from, to);

    public static SqlToken Next(string sql, int at)
    {
        var (kind, end) = sql[at] switch
        {
            '\'' => (SqlTokenKind.String, QuoteEnd(sql, at + 1, '\'', escapes: false)),
            '"' => (SqlTokenKind.QuotedName, QuoteEnd(sql, at + 1, '"', escapes: false)),
            'e' or 'E' when At(sql, at + 1) == '\'' => (SqlTokenKind.String, QuoteEnd(sql, at + 2, '\'', escapes: true)),
            '$' when DollarTagEnd(sql, at) is var tagEnd and > 0 => (SqlTokenKind.String, DollarEnd(sql, at, tagEnd)),
            '-' when At(sql, at + 1) == '-' => (SqlTokenKind.Comment, LineEnd(sql, at)),
            '/' when At(sql, at + 1) == '*' => (SqlTokenKind.Comment, BlockEnd(sql, at)),
            var c when IsSpace(c) => (SqlTokenKind.Space, While(sql, at, IsSpace)),
            var c when char.IsAsciiDigit(c) => (SqlTokenKind.Number, While(sql, at, c => char.IsAsciiDigit(c) || c == '.')),
            var c when IsNameStart(c) => (SqlTokenKind.Word, While(sql, at, c => IsNameStart(c) || char.IsAsciiDigit(c) || c == '$')),
            _ => (SqlTokenKind.Symbol, at + 1),
        };
        return new(kind, at, end - at);
    }

    static char At(string sql, int index) => index < sql.Length ? sql[index] : '\0';

    static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' or '\v';

    // PostgreSQL takes every byte above 0x7f as part of a name.
    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c > '\x7f';

    static int While(string sql, int at, Func<char, bool> holds)
    {
        while (at < sql.Length && holds(sql[at]))
            at++;
        return at;
    }

    static int QuoteEnd(string sql, int at, char quote, bool escapes)
    {
        for (; at < sql.Length; at++)
        {
            if (escapes && sql[at] == '\\')
                at++;
            else if (sql[at] == quote && At(sql, at + 1) == quote)
                at++;
            else if (sql[at] == quote)
                return at + 1;
        }

        return sql.Length;
    }

    /// <summary>Where <c>$tag$</c> ends, or 0 where none starts.</summary>
    static int DollarTagEnd(string sql, int at)
    {
        var end = At(sql, at + 1) is var first && IsNameStart(first) ? While(sql, at + 1, c => IsNameStart(c) || char.IsAsciiDigit(c)) : at + 1;
        return At(sql, end) == '$' ? end + 1 : 0;
    }

    static int DollarEnd(string sql, int at, int tagEnd)
    {
        var close = sql.IndexOf(sql[at..tagEnd], tagEnd, StringComparison.Ordinal);
        return close < 0 ? sql.Length : close + (tagEnd - at);
    }

    // To PostgreSQL a carriage return alone ends a line too.
    static int LineEnd(string sql, int at) => sql.AsSpan(at).IndexOfAny('\n', '\r') is var length and >= 0 ? at + length : sql.Length;

    static int BlockEnd(string sql, int at)
    {
        var depth = 1;
        for (at += 2; at < sql.Length && depth > 0; at++)
            if (sql[at] == '/' && At(sql, at + 1) == '*')
                (depth, at) = (depth + 1, at + 1);
            else if (sql[at] == '*' && At(sql, at + 1) == '/')
                (depth, at) = (depth - 1, at + 1);
        return Math.Min(at, sql.Length);
    }
}
