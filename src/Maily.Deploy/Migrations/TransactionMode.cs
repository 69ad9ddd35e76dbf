using System.Data;

namespace Maily.Deploy.Migrations;

/// <summary>
/// What a file says about its transactions by BEGIN, START TRANSACTION or SET TRANSACTION. The server takes that only before the first
/// query, where the fence has asked already: so it is told when the transaction begins, and the statement itself is not run.
/// </summary>
static class TransactionMode
{
    /// <summary>Whether the statement does nothing but set it.</summary>
    public static bool IsSetBy(SqlStatement statement) => statement.StartsWith("SET", "TRANSACTION") && !statement.StartsWith("SET", "TRANSACTION", "SNAPSHOT");

    /// <summary>The isolation of a transaction.</summary>
    /// <param name="opening">The statement that begins it; null where the file has none.</param>
    /// <param name="statements">What runs in it.</param>
    public static IsolationLevel Of(SqlStatement? opening, IEnumerable<SqlStatement> statements) =>
        statements.Where(IsSetBy).Append(opening).Select(statement => statement is null ? null : LevelIn(statement)).FirstOrDefault(level => level is not null) ?? IsolationLevel.ReadCommitted;

    static IsolationLevel? LevelIn(SqlStatement statement)
    {
        var words = statement.Words;
        var at = words.IndexOf("LEVEL");
        return at < 0 || at + 1 >= words.Length ? null : words[at + 1] switch
        {
            "SERIALIZABLE" => IsolationLevel.Serializable,
            "REPEATABLE" => IsolationLevel.RepeatableRead,
            _ => IsolationLevel.ReadCommitted,
        };
    }
}
