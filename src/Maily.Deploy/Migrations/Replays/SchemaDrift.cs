using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>Compares what a database holds with what its migrations make.</summary>
public sealed class SchemaDrift(DatabaseSettings target, SchemaReplay replay)
{
    /// <summary>What somebody changed by other means than the applied migrations.</summary>
    /// <param name="applied">The migrations that the database has had, in order.</param>
    /// <param name="pending">Those that come next; they are run too, so that the answer serves what comes after.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<ImmutableArray<CatalogDifference>> FindAsync(ImmutableArray<MigrationFile> applied, ImmutableArray<MigrationFile> pending, CancellationToken cancellation)
    {
        var live = await ReadAsync(cancellation);
        var replayed = await replay.RunAsync(applied, pending, cancellation);
        return live.DifferencesFrom(replayed.Before);
    }

    /// <summary>In what the database differs from what it must be once <paramref name="own"/> are applied too.</summary>
    /// <param name="applied">The migrations before.</param>
    /// <param name="own">The deployment's migrations.</param>
    /// <param name="acceptsDrift">Whether only that counts which <paramref name="own"/> change.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<ImmutableArray<CatalogDifference>> VerifyAsync(ImmutableArray<MigrationFile> applied, ImmutableArray<MigrationFile> own, bool acceptsDrift, CancellationToken cancellation)
    {
        var live = await ReadAsync(cancellation);
        var replayed = await replay.RunAsync(applied, own, cancellation);
        if (!acceptsDrift)
            return live.DifferencesFrom(replayed.After);
        var changed = replayed.After.DifferencesFrom(replayed.Before).Select(difference => difference.Title).ToImmutableArray();
        return live.Only(changed).DifferencesFrom(replayed.After.Only(changed));
    }

    async Task<DatabaseCatalog> ReadAsync(CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(target).OpenAsync(cancellation);
        return await DatabaseCatalog.ReadAsync(connection, cancellation);
    }
}
