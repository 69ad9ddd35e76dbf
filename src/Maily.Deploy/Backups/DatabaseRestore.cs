using System.Collections.Immutable;
using Maily.Deploy.Backups.Restoring;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Backups;

/// <summary>
/// Puts a backup back into the database it came from, in one transaction. Rows written since the backup are lost: only
/// where somebody has allowed that.
/// </summary>
public sealed class DatabaseRestore(DatabaseWriter database, ProcessRunner processes)
{
    /// <summary>Keys and scratch folder.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Ends the restore where somebody has written since; null where somebody has allowed that rows are lost.</summary>
    public WriteFence? Fence { get; init; }

    /// <summary>What falls outside of the application's schemas with what it calls there, and is not to be made again; else the restore fails.</summary>
    public ImmutableArray<string> MayFall { get; init; } = [];

    /// <summary>Checks the backup, then restores it. Supabase's own schemas are left as they are.</summary>
    /// <returns>What was replaced.</returns>
    /// <exception cref="BackupDamagedException">The backup is not what its receipt says; nothing is changed.</exception>
    /// <exception cref="Sealing.BackupKeyMissingException">It is sealed with a key that is not at hand; nothing is changed.</exception>
    /// <exception cref="RowsWrittenException">Somebody has written since, and nobody has allowed that it is lost; nothing is changed.</exception>
    /// <exception cref="RestoreFailedException">The restore failed; nothing is changed.</exception>
    public async Task<RestorePlan> RunAsync(StoredBackup backup, CancellationToken cancellation)
    {
        await SessionProbe.RequireSessionAsync(database.Settings, "restores", cancellation);
        using var opened = await new BackupReader(processes) { Options = Options }.OpenAsync(backup, cancellation);
        var tools = await PostgresTools.FindAsync(Version.Parse(opened.Receipt.ServerVersion).Major, processes, cancellation);
        var (present, ownRoles) = await PresentAsync(cancellation);
        var plan = RestorePlan.For(opened.Receipt, present, MayFall);
        var scripts = new RestoreScripts(processes, tools, opened.Sub("restore"));
        string[] names =
        [
            await scripts.WriteAsync("1-before.sql", FenceOf(plan) + plan.Before, cancellation),
            await scripts.WriteAsync("2-dump.sql", opened.Dump, contents => RestorePlan.Restored(contents, ownRoles), cancellation),
            // The dump ends with an empty search_path, as the statements here expect it.
            await scripts.WriteAsync("3-after.sql", plan.After, cancellation),
        ];
        try
        {
            await database.Permit.BoundAsync(token => scripts.RunAsync(database.Settings, names, token), cancellation);
        }
        catch (RestoreFailedException failed) when (WriteFence.Find(failed.Evidence) is { } written)
        {
            throw new RowsWrittenException(written.Tables);
        }

        return plan;
    }

    string FenceOf(RestorePlan plan) => Fence?.ToSql(plan.Schemas.Concat(plan.Newer).Where(schema => schema != ApplicationSchemas.History)) ?? "";

    async Task<(IEnumerable<string> Schemas, HashSet<string> OwnRoles)> PresentAsync(CancellationToken cancellation)
    {
        await using var connection = await new ReadOnlyDatabase(database.Settings).OpenAsync(cancellation);
        var roles = await connection.ListAsync<string>("select rolname::text from pg_roles where pg_has_role(oid, 'USAGE')", cancellation);
        return (await ApplicationSchemas.ReadAsync(connection, cancellation), roles.ToHashSet(StringComparer.Ordinal));
    }
}
