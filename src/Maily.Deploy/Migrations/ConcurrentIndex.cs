using System.Text.RegularExpressions;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>The index that a <c>CREATE INDEX CONCURRENTLY</c> makes.</summary>
/// <param name="Name">Its name, without schema: it is in its table's.</param>
/// <param name="Table">The table, as the statement writes it.</param>
public sealed partial record ConcurrentIndex(string Name, string Table)
{
    const string This = "i.relname = $1 and x.indrelid = to_regclass($2)";

    const string DefinitionSql = $"select pg_get_indexdef(x.indexrelid) from pg_index x join pg_class i on i.oid = x.indexrelid where x.indisvalid and {This}";

    // One that somebody builds just now is not valid either.
    const string LeftSql = $"""
        select x.indexrelid::regclass::text from pg_index x join pg_class i on i.oid = x.indexrelid
        where not x.indisvalid and {This} and not exists (select from pg_stat_progress_create_index p where p.index_relid = x.indexrelid)
        """;

    const string AnySql = $"select x.indexrelid::regclass::text from pg_index x join pg_class i on i.oid = x.indexrelid where {This}";

    const string CancelSql = $"""
        select pg_cancel_backend(p.pid) from pg_stat_progress_create_index p join pg_index x on x.indexrelid = p.index_relid join pg_class i on i.oid = x.indexrelid
        where p.datname = current_database() and {This}
        """;

    /// <summary>The statement that makes it; null in a restore point of a former version.</summary>
    public string? Statement { get; init; }

    /// <summary>What the statement makes; null where it builds no index or gives it no name.</summary>
    internal static ConcurrentIndex? MadeBy(SqlStatement statement)
    {
        // CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON [ONLY] table
        var words = statement.Words;
        var at = words.IndexOf("CONCURRENTLY") + 1;
        if (!statement.StartsWith("CREATE", "INDEX|UNIQUE") || at == 0)
            return null;
        at += at + 2 < words.Length && words[at] == "IF" ? 3 : 0;
        var on = words.IndexOf("ON") + 1;
        if (on < at + 2)
            return null;
        on += on < words.Length && words[on] == "ONLY" ? 1 : 0;
        return new(Unquoted(words[at]), Qualified(statement, on)) { Statement = statement.Text };
    }

    /// <summary>What the first statement of a migration makes outside of transactions; null where it begins otherwise.</summary>
    internal static ConcurrentIndex? BeginsIn(MigrationFile file, MigrationPlan plan) =>
        plan.Groups[0] is { InTransaction: false, Statements: [0] } ? MadeBy(file.Statements[0]) : null;

    /// <summary>Whether the statement has happened already, for one that an interrupted run may have got through.</summary>
    internal static async Task<bool> IsDoneAsync(NpgsqlConnection connection, SqlStatement statement, CancellationToken cancellation)
    {
        if (statement.StartsWith("DROP", "INDEX", "CONCURRENTLY"))
            return await connection.FindAsync<bool>("select to_regclass($1) is null", cancellation, Qualified(statement, statement.StartsWith("DROP", "INDEX", "CONCURRENTLY", "IF") ? 5 : 3));
        return MadeBy(statement) is { } index && await index.DefinitionAsync(connection, cancellation) is { } definition && Form(definition) == Form(statement.Text);
    }

    /// <summary>Whether it stands and serves.</summary>
    internal async Task<bool> IsValidAsync(NpgsqlConnection connection, CancellationToken cancellation) => await DefinitionAsync(connection, cancellation) is not null;

    /// <summary>The definition of a serving index of its name that is perhaps another's, since it is not written as this one is; null where there is none.</summary>
    internal async Task<string?> OthersAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        Statement is not null && await DefinitionAsync(connection, cancellation) is { } definition && Form(definition) != Form(Statement) ? definition : null;

    /// <summary>What a failed or killed try left of it, as names to drop.</summary>
    internal Task<List<string>> LeftAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection.ListAsync<string>(LeftSql, cancellation, Name, Table);

    /// <summary>It, valid or not, as names to drop.</summary>
    internal Task<List<string>> AnyAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection.ListAsync<string>(AnySql, cancellation, Name, Table);

    /// <summary>Ends the statement that builds it: the server does not notice for long that whoever sent it is dead.</summary>
    internal Task CancelBuildAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection.RunAsync(CancelSql, cancellation, Name, Table);

    Task<string?> DefinitionAsync(NpgsqlConnection connection, CancellationToken cancellation) => connection.FindAsync<string>(DefinitionSql, cancellation, Name, Table);

    // As the server writes it back, with less: it adds schema, method, types and parentheses, and leaves out how it was built.
    static string Form(string sql)
    {
        var words = new List<string>();
        foreach (var token in SqlLexer.Read(sql))
            if (token.Kind is not (SqlTokenKind.Space or SqlTokenKind.Comment) && !token.Is(sql, '(') && !token.Is(sql, ')'))
                words.Add(Folded(token.Kind, token.In(sql).ToString()));
        return Listed().Replace(Method().Replace(Added().Replace(string.Join(' ', words), ""), "${before}"), "IN ${list}");
    }

    static string Folded(SqlTokenKind kind, string text) =>
        kind == SqlTokenKind.Word ? text.ToUpperInvariant() : kind == SqlTokenKind.QuotedName && Plain().IsMatch(text) ? text.Trim('"').ToUpperInvariant() : text;

    static string Qualified(SqlStatement statement, int at)
    {
        var name = string.Concat(statement.Words.Skip(at).Take(at + 1 < statement.Words.Length && statement.Words[at + 1] == "." ? 3 : 1));
        return name.Contains('"', StringComparison.Ordinal) ? name : name.ToLowerInvariant();
    }

    static string Unquoted(string word) => word.StartsWith('"') ? word[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : word.ToLowerInvariant();

    [GeneratedRegex(@" CONCURRENTLY\b(?: IF NOT EXISTS)?| : : \S+|\S+ \. ", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Added();

    [GeneratedRegex(@"(?<before> ON (?:ONLY )?\S+) USING BTREE\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Method();

    // IN ('x', 'y') is written back as = ANY (ARRAY['x'::text, 'y'::text]).
    [GeneratedRegex(@"= ANY ARRAY \[ (?<list>[^\]]*) \]", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Listed();

    [GeneratedRegex("^\"[a-z_][a-z0-9_]*\"$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plain();
}
