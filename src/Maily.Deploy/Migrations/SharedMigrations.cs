using System.Collections.Immutable;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>What the steps of one run's migrations have in common: where they stand, and the connections that they use one after another.</summary>
/// <param name="settings">The database.</param>
/// <param name="situation">What is applied and what is this deployment's.</param>
/// <param name="replay">Tries migrations; null where there is no scratch server.</param>
/// <param name="reader">The connection that they read on.</param>
/// <param name="sessions">The session that they migrate in.</param>
sealed class SharedMigrations(DatabaseSettings settings, MigrationSituation situation, SchemaReplay? replay, Shared<NpgsqlConnection> reader, Shared<MigrationSession> sessions)
{
    public DatabaseSettings Settings => settings;

    public ImmutableArray<MigrationFile> Applied => situation.Applied;

    public ImmutableArray<MigrationFile> Ours { get; } = situation.Ours;

    public SchemaReplay? Replay => replay;

    /// <summary>The session that migrators use.</summary>
    public Shared<MigrationSession> Sessions => sessions;

    /// <summary>What the database says about one migration.</summary>
    public Task<MigrationState> ReadAsync(string version, CancellationToken cancellation) =>
        reader.UseAsync(new ReadOnlyDatabase(settings).OpenAsync, (connection, token) => MigrationState.ReadAsync(connection, version, token), mayRepeat: true, cancellation);

    /// <summary>Objects, by kind and name, as they are in the database now.</summary>
    public async Task<FormerSchema> FormerAsync(ImmutableArray<string> titles, CancellationToken cancellation) =>
        FormerSchema.Of(titles, await reader.UseAsync(new ReadOnlyDatabase(settings).OpenAsync, DatabaseCatalog.ReadAsync, mayRepeat: true, cancellation));
}
