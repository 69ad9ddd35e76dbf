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
        var statements = ImmutableArray.CreateBuilder<SqlStatement>();
        var (start, nesting) = (0, new Nesting(sql));
        foreach (var token in SqlLexer.Read(sql))
        {
            if (!nesting.Ends(token) && token.End < sql.Length)
                continue;
            statements.Add(new(sql, start, token.End));
            (start, nesting) = (token.End, new Nesting(sql));
        }

        return statements.ToImmutable();
    }

    /// <summary>The statements that are stored and executed: those with any text.</summary>
    public static ImmutableArray<SqlStatement> Statements(string sql) => [.. Split(sql).Where(statement => statement.HasText)];

    /// <summary>How deep the present token stands in parentheses and atomic bodies.</summary>
    struct Nesting(string sql)
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
