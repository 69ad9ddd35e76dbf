using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>One file of <c>supabase/migrations</c>.</summary>
public sealed record MigrationFile
{
    /// <summary>The digits before the first underscore; compared as text.</summary>
    public required string Version { get; init; }

    /// <summary>What stands between the version and <c>.sql</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is.</summary>
    public required string Path { get; init; }

    /// <summary>Its text without a byte order mark; line ends as in the file.</summary>
    public required string Text { get; init; }

    /// <summary>Its statements, as the history table stores them.</summary>
    public required ImmutableArray<SqlStatement> Statements { get; init; }

    /// <summary><c>version_name</c>, as people and steps call it.</summary>
    public string Title => $"{Version}_{Name}";

    /// <summary>The title.</summary>
    public override string ToString() => Title;
}
