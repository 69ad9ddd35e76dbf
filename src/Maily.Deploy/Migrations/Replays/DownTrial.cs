using System.Collections.Immutable;
using Maily.Deploy.Postgres.Catalogs;
using Npgsql;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>
/// Runs the down scripts of migrations that were just applied, newest first, as far as there are any, and then the migrations again:
/// each must lead back to the schema before it, and all of them forth to the one after.
/// </summary>
static class DownTrial
{
    const int Shown = 3;

    /// <summary>What is wrong with a down script; null where nothing is, or there is none.</summary>
    /// <param name="connection">To the scratch database; nothing else may be tried on it afterwards.</param>
    /// <param name="migrations">The migrations with the schema before each, in order.</param>
    /// <param name="last">The schema after all of them.</param>
    /// <param name="cancellation">Aborts.</param>
    public static async Task<DownFault?> FindFaultAsync(NpgsqlConnection connection, ImmutableArray<(MigrationFile File, DatabaseCatalog Before)> migrations, DatabaseCatalog last, CancellationToken cancellation)
    {
        var undone = new Stack<(MigrationFile File, MigrationFile Down)>();
        foreach (var (file, before) in migrations.Reverse())
        {
            if (await DownScript.FindAsync(file, cancellation) is not { } down)
                break;
            if (await TryAsync(connection, file, down, down, before, "after it", cancellation) is { } fault)
                return fault;
            undone.Push((file, down));
        }

        while (undone.TryPop(out var next))
            if (await TryAsync(connection, next.File, next.Down, next.File, undone.Count == 0 ? last : null, "after it and the migration again", cancellation) is { } fault)
                return fault;
        return null;
    }

    static async Task<DownFault?> TryAsync(NpgsqlConnection connection, MigrationFile file, MigrationFile down, MigrationFile run, DatabaseCatalog? expected, string when, CancellationToken cancellation)
    {
        try
        {
            await ScratchMigrator.ApplyAsync(connection, run, cancellation);
        }
        catch (MigrationFailedException failed)
        {
            return new(file, down.Path, failed.Fact);
        }

        var differences = expected is null ? [] : (await DatabaseCatalog.ReadAsync(connection, cancellation)).DifferencesFrom(expected);
        return differences.IsEmpty ? null : new(file, down.Path, $"{when}, {string.Join("; ", differences.Take(Shown))}");
    }
}
