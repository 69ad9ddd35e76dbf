using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>Where a database stands between its migrations.</summary>
/// <param name="Applied">What it had before this deployment, in order.</param>
/// <param name="Own">What this deployment has applied.</param>
/// <param name="Pending">What it lacks.</param>
/// <param name="Warnings">Files that were left out.</param>
public sealed record MigrationSituation(
    ImmutableArray<MigrationFile> Applied, ImmutableArray<MigrationFile> Own, ImmutableArray<MigrationFile> Pending, ImmutableArray<string> Warnings)
{
    /// <summary>What this deployment has applied or will apply, in the order of the folder.</summary>
    public ImmutableArray<MigrationFile> Ours => [.. Own.Concat(Pending).OrderBy(file => Path.GetFileName(file.Path), StringComparer.Ordinal)];

    /// <summary>Reads it; <paramref name="deployment"/> is null where none has begun.</summary>
    /// <exception cref="MissingLocalMigrationsException">The database has one that the folder lacks.</exception>
    /// <exception cref="OutOfOrderMigrationsException">Some are older than the newest one of the database.</exception>
    public static async Task<MigrationSituation> ReadAsync(NpgsqlConnection connection, MigrationOptions options, string? deployment, CancellationToken cancellation)
    {
        var local = await MigrationFolder.ReadAsync(options.Folder, cancellation);
        var remote = await MigrationHistory.ReadAsync(connection, cancellation);
        var marks = deployment is null ? [] : await MigrationMark.ReadAsync(connection, cancellation);
        var own = remote.Where(version => marks.TryGetValue(version, out var mark) && mark.Deployment == deployment).ToImmutableHashSet(StringComparer.Ordinal);
        var pending = PendingMigrations.Decide(local.Files, remote, options.IncludeAll);
        var lacking = pending.Select(file => file.Version).ToImmutableHashSet(StringComparer.Ordinal);
        return new(
            [.. local.Files.Where(file => !own.Contains(file.Version) && !lacking.Contains(file.Version))],
            [.. local.Files.Where(file => own.Contains(file.Version))], pending, local.Warnings);
    }

    /// <summary>The same over a connection of its own.</summary>
    public static async Task<MigrationSituation> ReadAsync(DatabaseSettings settings, MigrationOptions options, string? deployment, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        return await ReadAsync(connection, options, deployment, cancellation);
    }
}
