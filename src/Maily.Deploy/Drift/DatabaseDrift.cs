using System.Collections.Immutable;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Migrations;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Maily.Deploy.Postgres.Scratch;

namespace Maily.Deploy.Drift;

/// <summary>Compares the database's history with the release's migrations, and its catalog with what the applied migrations make.</summary>
/// <param name="settings">The database; only read.</param>
/// <param name="options">Its migrations.</param>
/// <param name="replay">Runs them on a scratch database; null where no server is named for that, so that the catalog is not compared.</param>
public sealed class DatabaseDrift(DatabaseSettings settings, MigrationOptions options, SchemaReplay? replay) : IDriftComparison
{
    /// <inheritdoc/>
    public async Task<DriftPart> CompareAsync(string name, ReleasedState release, CancellationToken cancellation)
    {
        var history = await HistoryAsync(release.Live, cancellation);
        if (replay is null)
            return history.IsEmpty ? new(name, DriftState.NotCompared, $"{ScratchServer.UrlVariable} is not set: only the history was compared, not the schema")
                : DriftPart.Compared(name, $"the history; {ScratchServer.UrlVariable} is not set, so that the schema was not compared", history);
        var situation = await MigrationSituation.ReadAsync(settings, options, null, cancellation);
        var differences = await new SchemaDrift(settings, replay).FindAsync(situation.Applied, [], cancellation);
        return DriftPart.Compared(name, $"{situation.Applied.Length} applied migrations replayed", history.Concat(differences.Select(FindingOf)));
    }

    async Task<ImmutableArray<DriftFinding>> HistoryAsync(ReleaseRecord live, CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        var applied = await MigrationHistory.ReadAsync(connection, cancellation);
        var marks = await MigrationMark.ReadAsync(connection, cancellation);
        var missing = live.Migrations.Except(applied, StringComparer.Ordinal).Select(version => new DriftFinding($"migration {version}", DriftKind.Missing, "the release has it, the database's history does not"));
        // Those with a mark were applied by a deployment: one at work, or an undone one whose migrations stayed by policy.
        var later = applied.Where(version => live.Migrations is [.., var last] && string.CompareOrdinal(version, last) > 0 && !marks.ContainsKey(version))
            .Select(version => new DriftFinding($"migration {version}", DriftKind.Extra, "applied since the release, by other means than a deployment"));
        return [.. missing, .. later];
    }

    static DriftFinding FindingOf(CatalogDifference difference) => difference switch
    {
        { Expected: null } => new(difference.Title, DriftKind.Extra, Note(difference.Actual)),
        { Actual: null } => new(difference.Title, DriftKind.Missing, Note(difference.Expected)),
        _ => new(difference.Title, DriftKind.Changed) { Fields = [new("definition", difference.Expected, difference.Actual, null)] },
    };

    static string? Note(string? definition) => string.IsNullOrWhiteSpace(definition) ? null : definition;
}
