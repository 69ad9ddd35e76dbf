using System.Collections.Immutable;

namespace Maily.Deploy.Migrations;

/// <summary>Decides which migrations are still to be applied, by the rules of the Supabase CLI.</summary>
public static class PendingMigrations
{
    /// <summary>The migrations of <paramref name="local"/> that the database lacks, in the order in which they are applied.</summary>
    /// <param name="local">The folder's migrations.</param>
    /// <param name="remote">The versions in the database's history.</param>
    /// <param name="includeAll">Also those older than the newest one of the database.</param>
    /// <exception cref="MissingLocalMigrationsException">The database has one that the folder lacks; whatever <paramref name="includeAll"/> says.</exception>
    /// <exception cref="OutOfOrderMigrationsException">Some are older than the newest one of the database.</exception>
    public static ImmutableArray<MigrationFile> Decide(IEnumerable<MigrationFile> local, IEnumerable<string> remote, bool includeAll = false)
    {
        // File order, not version order: the CLI walks the folder's listing, in which 10_x stands before 1_x.
        var files = local.ToImmutableArray();
        var applied = remote.ToImmutableSortedSet(StringComparer.Ordinal);
        var missing = applied.Except(files.Select(file => file.Version));
        if (missing.Count > 0)
            throw new MissingLocalMigrationsException([.. missing]);
        var pending = files.Where(file => !applied.Contains(file.Version)).ToImmutableArray();
        var early = files.Reverse().SkipWhile(file => !applied.Contains(file.Version)).Where(file => !applied.Contains(file.Version)).Reverse().ToImmutableArray();
        return early.IsEmpty || includeAll ? pending : throw new OutOfOrderMigrationsException([.. early.Select(file => file.Title)]);
    }
}
