using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>Statements that run together.</summary>
/// <param name="InTransaction">In one transaction; else it is one statement that cannot run in any.</param>
/// <param name="Statements">Their indexes in the file.</param>
/// <param name="Done">How many of the file's statements are in once this group is.</param>
public sealed record StatementGroup(bool InTransaction, ImmutableArray<int> Statements, int Done);

/// <summary>
/// How a file is run. Nearly always as one group, in one transaction with the history row. A file with statements that
/// cannot run in a transaction, or that begins and commits by itself, is run group by group, with the history row last.
/// </summary>
/// <param name="Groups">The groups in order; at least one.</param>
public sealed record MigrationPlan(ImmutableArray<StatementGroup> Groups)
{
    /// <summary>Whether it happens completely or not at all.</summary>
    public bool IsAtomic => Groups is [{ InTransaction: true }];

    /// <summary>Decides.</summary>
    /// <exception cref="UnreadableMigrationException">It rolls back or prepares a transaction by itself.</exception>
    public static MigrationPlan For(MigrationFile file)
    {
        var refused = file.Statements.FirstOrDefault(EndsTransactionOtherwise);
        if (refused is not null)
            throw new UnreadableMigrationException(file.Path, $"line {SourcePlace.Of(file.Text, refused.TextStart).Line} ends the transaction by `{refused.Text}`", "Remove it: each migration is a transaction.");
        return new(Group(file.Statements));
    }

    static ImmutableArray<StatementGroup> Group(ImmutableArray<SqlStatement> statements)
    {
        var groups = ImmutableArray.CreateBuilder<StatementGroup>();
        var present = ImmutableArray.CreateBuilder<int>();
        void Close(int done)
        {
            if (present.Any(index => !statements[index].IsEmpty))
                groups.Add(new(InTransaction: true, present.ToImmutable(), done));
            present.Clear();
        }

        for (var i = 0; i < statements.Length; i++)
        {
            if (CannotRunInTransaction(statements[i]))
            {
                Close(i);
                groups.Add(new(InTransaction: false, [i], i + 1));
            }
            else if (IsBorder(statements[i]))
                Close(i + 1);
            else
                present.Add(i);
        }

        Close(statements.Length);
        return groups.Count > 0 ? groups.ToImmutable() : [new(InTransaction: true, [], statements.Length)];
    }

    static bool IsBorder(SqlStatement statement) =>
        statement.StartsWith("BEGIN|COMMIT|END") && !statement.StartsWith("COMMIT", "PREPARED") || statement.StartsWith("START", "TRANSACTION");

    static bool EndsTransactionOtherwise(SqlStatement statement) =>
        statement.StartsWith("ABORT") || statement.StartsWith("PREPARE", "TRANSACTION") || statement.StartsWith("COMMIT|ROLLBACK", "PREPARED")
        || (statement.StartsWith("ROLLBACK") && !statement.Words.Contains("TO"));

    static bool CannotRunInTransaction(SqlStatement statement) =>
        statement.StartsWith("CREATE", "INDEX", "CONCURRENTLY") || statement.StartsWith("CREATE", "UNIQUE", "INDEX", "CONCURRENTLY")
        || statement.StartsWith("DROP", "INDEX", "CONCURRENTLY")
        || (statement.StartsWith("REINDEX") && (statement.Words.Contains("CONCURRENTLY") || statement.Words.Any(word => word is "DATABASE" or "SYSTEM" or "SCHEMA")))
        || (statement.StartsWith("ALTER", "TABLE") && statement.Words.Contains("DETACH") && statement.Words.Contains("CONCURRENTLY"))
        || statement.StartsWith("VACUUM|CLUSTER") || statement.StartsWith("ALTER", "SYSTEM")
        || statement.StartsWith("CREATE|DROP", "DATABASE|TABLESPACE|SUBSCRIPTION");
}
