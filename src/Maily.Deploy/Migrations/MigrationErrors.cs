using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>Two migration files have one version.</summary>
public sealed class DuplicateMigrationException(string version, ImmutableArray<string> paths)
    : DeployException($"Two migrations have version {version}.", "Give one of them a later version; a version is applied once.", string.Join(Environment.NewLine, paths))
{
    /// <summary>The files.</summary>
    public ImmutableArray<string> Paths { get; } = paths;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A migration file cannot be taken as it is.</summary>
public sealed class UnreadableMigrationException(string path, string reason, string remedy, string? evidence = null)
    : DeployException($"{path} cannot be applied: {reason}.", remedy, evidence)
{
    /// <summary>The file.</summary>
    public string Path { get; } = path;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The database has migrations that the folder lacks.</summary>
public sealed class MissingLocalMigrationsException(ImmutableArray<string> versions)
    : DeployException("Remote migration versions not found in local migrations directory.",
        $"Get them from the branch that they were deployed from, or, if they were undone by hand, run `supabase migration repair --status reverted {string.Join(' ', versions)}`.",
        string.Join(", ", versions))
{
    /// <summary>The versions that only the database has.</summary>
    public ImmutableArray<string> Versions { get; } = versions;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The folder has new migrations that are older than the newest one of the database.</summary>
public sealed class OutOfOrderMigrationsException(ImmutableArray<string> titles)
    : DeployException("Found local migration files to be inserted before the last migration on remote database.",
        "Rename them to a version of now, or allow them with --include-all.", string.Join(Environment.NewLine, titles))
{
    /// <summary>The files, as version_name.</summary>
    public ImmutableArray<string> Titles { get; } = titles;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A statement of a migration failed; nothing of its transaction is left.</summary>
public sealed class MigrationFailedException : DeployException
{
    MigrationFailedException(MigrationFile file, int statement, SourcePlace place, string sqlState, string message, string? hint, Exception? cause)
        : base($"{file.Path}:{place.Line}: statement {statement + 1} of {file.Statements.Length} failed with {sqlState}: {message}",
            RemedyFor(sqlState) ?? (hint is null ? $"Correct {System.IO.Path.GetFileName(file.Path)} and deploy again." : $"Hint: {hint}"),
            place.WithCaret(), cause) =>
        (File, Statement, Place, SqlState) = (file.Path, statement, place, sqlState);

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Index of the statement, from 0, as the Supabase CLI counts.</summary>
    public int Statement { get; }

    /// <summary>Where in the file.</summary>
    public SourcePlace Place { get; }

    /// <summary>The server's five-character code.</summary>
    public string SqlState { get; }

    static string? RemedyFor(string sqlState) => sqlState == PostgresErrorCodes.InvalidTransactionTermination
        ? "A migration is a transaction, which what it calls cannot end. Call it in a DO block that commits (`do $$ begin call ...; commit; end $$`): such a block is run outside of a transaction." : null;

    /// <summary>Of what the server said about the statement with that index.</summary>
    internal static MigrationFailedException Of(MigrationFile file, int index, PostgresException error)
    {
        var statement = file.Statements[index];
        // The server counts characters, a .NET string counts UTF-16 units. Its detail may hold rows, so that it is not even asked for.
        var start = error.Position > 0 ? statement.TextStart + statement.Text.EnumerateRunes().Take(error.Position - 1).Sum(rune => rune.Utf16SequenceLength) : statement.WordsStart;
        return new(file, index, SourcePlace.Of(file.Text, start), error.SqlState, ServerMessage.Of(error, file.Text), ServerMessage.HintOf(error, file.Text), ServerMessage.Tells(error, file.Text) ? error : null);
    }
}

/// <summary>An earlier deployment left a migration half done that cannot run in one transaction.</summary>
public sealed class PartialMigrationException(MigrationFile file, MigrationMark mark)
    : DeployException($"{mark.StatementsDone} of {file.Statements.Length} statements of {file.Title} were applied by deployment {mark.Deployment}, {Rest(file, mark)}.",
        $"Undo them by hand and `delete from maily_deploy.applied_migrations where version = '{mark.Version}'`, or run the rest by hand and `supabase migration repair --status applied {mark.Version}`.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;

    static string Rest(MigrationFile file, MigrationMark mark) =>
        MigrationPlan.For(file).Groups.Any(group => !group.InTransaction && group.Statements[0] == mark.StatementsDone)
            ? "the next one runs outside of transactions and may be applied or half applied too, the rest was not" : "the rest was not";
}

/// <summary>A down script does not lead back to what was before its migration; nothing of it is left.</summary>
public sealed class DownIncompleteException(string path, ImmutableArray<string> titles)
    : DeployException($"{path} does not undo its migration.", "Complete the script, or undo the migration by hand.", string.Join(Environment.NewLine, titles))
{
    /// <summary>What would be otherwise than before, by kind and name.</summary>
    public ImmutableArray<string> Titles { get; } = titles;
}

/// <summary>Another migrator is at work on the database.</summary>
public sealed class MigrationLockHeldException(TimeSpan waited)
    : DeployException($"Another migrator holds the migration lock; waited {waited.TotalSeconds:0} s.",
        "Wait until it ends; `select * from pg_locks where locktype = 'advisory'` shows its process.");
