using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Splits SQL into statements as the Supabase CLI does: a semicolon ends one, but not inside quotes, dollar quotes,
/// comments, parentheses (rules with several commands) or <c>BEGIN ATOMIC ... END</c>. A last one needs no semicolon;
/// a trailing comment counts as a statement. Never fails, whatever the text.
/// </summary>
public static class SqlSplitter
{
    /// <summary>All statements in order, also empty ones; their <see cref="SqlStatement.Raw"/>, joined, are the text.</summary>
    public static ImmutableArray<SqlStatement> Split(string sql)
    {
        var tokens = SqlLexer.Read(sql);
        var statements = ImmutableArray.CreateBuilder<SqlStatement>();
        var (first, nesting) = (0, new Nesting(sql));
        for (var i = 0; i < tokens.Length; i++)
        {
            if (!nesting.Ends(tokens[i]) && i < tokens.Length - 1)
                continue;
            statements.Add(new(sql, tokens[first].Start, tokens[i].End, tokens[first..(i + 1)]));
            (first, nesting) = (i + 1, new Nesting(sql));
        }

        return statements.ToImmutable();
    }

    /// <summary>The statements that are stored and executed: those with any text.</summary>
    public static ImmutableArray<SqlStatement> Statements(string sql) => [.. Split(sql).Where(statement => statement.Text.Length > 0)];

    /// <summary>How deep the present token stands in parentheses and atomic bodies.</summary>
    sealed class Nesting(string sql)
    {
        int parentheses;
        bool afterBegin;
        bool atomic;
        bool atomicStatementBegins;

        /// <summary>Whether this token ends the statement.</summary>
        public bool Ends(SqlToken token)
        {
            if (token.Kind is SqlTokenKind.Space or SqlTokenKind.Comment)
                return false;
            if (atomic)
                Inside(token);
            else if (token.Is(sql, ';') && parentheses == 0)
                return true;
            else if (afterBegin && token.IsWord(sql, "ATOMIC"))
                (atomic, atomicStatementBegins) = (true, true);
            else
                Count(token);
            afterBegin = token.IsWord(sql, "BEGIN");
            return false;
        }

        // The body's END stands where a statement would begin; the one of CASE never does.
        void Inside(SqlToken token)
        {
            if (atomicStatementBegins && token.IsWord(sql, "END"))
                atomic = false;
            atomicStatementBegins = token.Is(sql, ';');
        }

        void Count(SqlToken token)
        {
            if (token.Is(sql, '('))
                parentheses++;
            else if (token.Is(sql, ')') && parentheses > 0)
                parentheses--;
        }
    }
}
