using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>What a failed or killed <c>CREATE INDEX CONCURRENTLY</c> leaves: an index that costs writes and serves nobody, and blocks a retry by its name.</summary>
static class InvalidIndexes
{
    const string Sql = "select indexrelid::regclass::text from pg_index where not indisvalid";

    // One that somebody builds just now is not valid either.
    const string NamedSql = """
        select x.indexrelid::regclass::text from pg_index x join pg_class i on i.oid = x.indexrelid
        where not x.indisvalid and i.relname = $1 and x.indrelid = to_regclass($2) and not exists (select from pg_stat_progress_create_index p where p.index_relid = x.indexrelid)
        """;

    public static Task<List<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.ListAsync<string>(Sql, cancellation);

    public static async Task DropNewAsync(NpgsqlConnection connection, List<string> before, CancellationToken cancellation) =>
        await DropAsync(connection, (await ReadAsync(connection, cancellation)).Except(before, StringComparer.Ordinal), cancellation);

    /// <summary>Drops what an earlier try of this statement left; nothing where it builds no index.</summary>
    public static async Task DropLeftByAsync(NpgsqlConnection connection, SqlStatement statement, CancellationToken cancellation)
    {
        if (NameIn(statement) is { } index)
            await DropAsync(connection, await connection.ListAsync<string>(NamedSql, cancellation, index.Name, index.Table), cancellation);
    }

    static async Task DropAsync(NpgsqlConnection connection, IEnumerable<string> indexes, CancellationToken cancellation)
    {
        foreach (var index in indexes)
            await connection.RunAsync($"drop index concurrently if exists {index}", cancellation);
    }

    // CREATE [UNIQUE] INDEX CONCURRENTLY [IF NOT EXISTS] name ON [ONLY] table
    static (string Name, string Table)? NameIn(SqlStatement statement)
    {
        var words = statement.Words;
        var at = words.IndexOf("CONCURRENTLY") + 1;
        if (!statement.StartsWith("CREATE", "INDEX|UNIQUE") || at == 0)
            return null;
        at += at + 2 < words.Length && words[at] == "IF" ? 3 : 0;
        var on = words.IndexOf("ON") + 1;
        if (on < at + 2)
            return null;
        on += on < words.Length && words[on] == "ONLY" ? 1 : 0;
        var table = string.Concat(words.Skip(on).Take(on + 1 < words.Length && words[on + 1] == "." ? 3 : 1));
        return (Unquoted(words[at]), table.Contains('"', StringComparison.Ordinal) ? table : table.ToLowerInvariant());
    }

    static string Unquoted(string word) => word.StartsWith('"') ? word[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal) : word.ToLowerInvariant();
}
