using System.Collections.Immutable;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>Lock modes of tables, by what they block, weak to strong.</summary>
public enum TableLockMode
{
    /// <summary>Reading.</summary>
    AccessShare = 1,

    /// <summary>Selecting for update.</summary>
    RowShare,

    /// <summary>Writing rows.</summary>
    RowExclusive,

    /// <summary>Vacuum, and what is built concurrently: keeps other such work away.</summary>
    ShareUpdateExclusive,

    /// <summary>Building an index: keeps writers away.</summary>
    Share,

    /// <summary>Adding a foreign key or a trigger: keeps writers away.</summary>
    ShareRowExclusive,

    /// <summary>Refreshing a view concurrently: keeps writers away.</summary>
    Exclusive,

    /// <summary>Keeps everybody away, readers too.</summary>
    AccessExclusive,
}

/// <summary>What one statement did to a table that was there before the migrations.</summary>
/// <param name="Table">Schema and name, as they were then.</param>
/// <param name="Lock">The strongest lock that is held once the statement is done; null where none is.</param>
/// <param name="IsNewLock">Whether this statement took it, not one before it in the same transaction.</param>
/// <param name="IsRewritten">Whether every row was written anew.</param>
/// <param name="IsScanned">Whether every row was read.</param>
public sealed record TableImpact(string Table, TableLockMode? Lock, bool IsNewLock, bool IsRewritten, bool IsScanned);

/// <summary>What one statement of a migration did.</summary>
/// <param name="File">The migration.</param>
/// <param name="Index">Index of the statement in it.</param>
/// <param name="Impacts">Tables that it locked, rewrote or scanned.</param>
/// <param name="Took">How long it ran on the scratch database, without rows.</param>
public sealed record MeasuredStatement(MigrationFile File, int Index, ImmutableArray<TableImpact> Impacts, TimeSpan Took)
{
    /// <summary>The statement.</summary>
    public SqlStatement Statement => File.Statements[Index];

    /// <summary>Line of the statement's first word, from 1.</summary>
    public int Line => SourcePlace.Of(File.Text, Statement.TextStart).Line;
}
