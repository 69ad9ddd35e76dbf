using System.Collections.Immutable;
using System.Data;

namespace Maily.Deploy.Migrations;

/// <summary>Statements that run together.</summary>
/// <param name="InTransaction">In one transaction; else it is one statement that cannot run in any.</param>
/// <param name="Statements">Their indexes in the file.</param>
/// <param name="Done">How many of the file's statements are in once this group is.</param>
public sealed record StatementGroup(bool InTransaction, ImmutableArray<int> Statements, int Done)
{
    /// <summary>How its transaction is isolated: as the file says at its beginning, else as the server does it.</summary>
    public IsolationLevel Isolation { get; init; } = IsolationLevel.ReadCommitted;
}

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
    /// <exception cref="UnreadableMigrationException">It rolls back or prepares a transaction by itself, or copies rows from or to a client.</exception>
    public static MigrationPlan For(MigrationFile file)
    {
        ThrowIfUnfit(file);
        return new(Group(file.Statements));
    }

    /// <summary>
    /// The indexes of what runs of a file that has one transaction of ours whatever it says about its own: all but the statements that
    /// begin one and commit it, which would end ours early.
    /// </summary>
    /// <exception cref="UnreadableMigrationException">It rolls back or prepares a transaction by itself, or copies rows from or to a client.</exception>
    public static ImmutableArray<int> InOneTransaction(MigrationFile file)
    {
        ThrowIfUnfit(file);
        return [.. Enumerable.Range(0, file.Statements.Length).Where(index => !IsBorder(file.Statements[index]))];
    }

    static void ThrowIfUnfit(MigrationFile file)
    {
        var refused = file.Statements.FirstOrDefault(EndsTransactionOtherwise);
        if (refused is not null)
            throw new UnreadableMigrationException(file.Path, $"line {SourcePlace.Of(file.Text, refused.TextStart).Line} ends the transaction by `{refused.Text}`", "Remove it: each migration is a transaction.");
        var copying = file.Statements.FirstOrDefault(CopiesThroughClient);
        if (copying is not null)
            throw new UnreadableMigrationException(file.Path, $"line {SourcePlace.Of(file.Text, copying.WordsStart).Line} copies rows from or to a client, and there is none", "Write the rows as INSERT.");
    }

    static ImmutableArray<StatementGroup> Group(ImmutableArray<SqlStatement> statements)
    {
        var groups = ImmutableArray.CreateBuilder<StatementGroup>();
        var present = ImmutableArray.CreateBuilder<int>();
        SqlStatement? opening = null;
        void Close(int done)
        {
            if (present.Any(index => !statements[index].IsEmpty))
                groups.Add(new(InTransaction: true, present.ToImmutable(), done) { Isolation = TransactionMode.Of(opening, present.Select(index => statements[index])) });
            present.Clear();
            opening = null;
        }

        // Where a file has its own transactions, what stands outside of them is committed statement by statement, and an enum's value
        // can be used as soon as it is committed.
        var (hasOwn, inOwn) = (statements.Any(IsBorder), false);
        for (var i = 0; i < statements.Length; i++)
        {
            inOwn = IsBorder(statements[i]) ? statements[i].StartsWith("BEGIN|START") : inOwn;
            if (hasOwn && !inOwn && AddsEnumValue(statements[i]))
            {
                Close(i);
                groups.Add(new(InTransaction: true, [i], i + 1));
            }
            else if (CannotRunInTransaction(statements[i]))
            {
                Close(i);
                groups.Add(new(InTransaction: false, [i], i + 1));
            }
            else if (IsBorder(statements[i]))
            {
                Close(i + 1);
                opening = statements[i];
            }
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

    static bool AddsEnumValue(SqlStatement statement) => statement.StartsWith("ALTER", "TYPE") && statement.Words.Contains("ADD") && statement.Words.Contains("VALUE");

    static bool CopiesThroughClient(SqlStatement statement) => statement.StartsWith("COPY") && statement.Words.Any(word => word is "STDIN" or "STDOUT");

    // A block that commits by itself is refused inside a transaction.
    static bool CommitsInside(SqlStatement statement)
    {
        if (!statement.StartsWith("DO"))
            return false;
        var text = statement.Text;
        foreach (var token in SqlLexer.Read(text))
            if (token.Kind == SqlTokenKind.String && HoldsCommit(BodyOf(token.In(text).ToString())))
                return true;
        return false;
    }

    static string BodyOf(string quoted) => quoted.StartsWith('$') && quoted.IndexOf('$', 1) is var tagEnd and > 0 ? quoted[(tagEnd + 1)..] : quoted.Trim('\'');

    // As a statement of its own: ON COMMIT DROP of a table is none.
    static bool HoldsCommit(string body)
    {
        var isAfterWord = false;
        foreach (var token in SqlLexer.Read(body))
        {
            if (token.Kind is SqlTokenKind.Space or SqlTokenKind.Comment)
                continue;
            if (isAfterWord && (token.Is(body, ';') || token.IsWord(body, "AND")))
                return true;
            isAfterWord = token.IsWord(body, "COMMIT") || token.IsWord(body, "ROLLBACK");
        }

        return false;
    }

    static bool CannotRunInTransaction(SqlStatement statement) =>
        CommitsInside(statement) || statement.StartsWith("CREATE", "INDEX", "CONCURRENTLY") || statement.StartsWith("CREATE", "UNIQUE", "INDEX", "CONCURRENTLY")
        || statement.StartsWith("DROP", "INDEX", "CONCURRENTLY")
        || (statement.StartsWith("REINDEX") && (statement.Words.Contains("CONCURRENTLY") || statement.Words.Any(word => word is "DATABASE" or "SYSTEM" or "SCHEMA")))
        || (statement.StartsWith("ALTER", "TABLE") && statement.Words.Contains("DETACH") && statement.Words.Contains("CONCURRENTLY"))
        || statement.StartsWith("VACUUM|CLUSTER") || statement.StartsWith("ALTER", "SYSTEM")
        || statement.StartsWith("CREATE|DROP", "DATABASE|TABLESPACE|SUBSCRIPTION");
}
