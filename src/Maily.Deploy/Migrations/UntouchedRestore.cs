using System.Collections.Immutable;
using System.Security.Cryptography;
using Maily.Deploy.Backups;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Restores a deployment's backup only if nobody has written since. What the tables must look like then is found out on a scratch
/// database: the backup with the deployment's own migrations applied, rows and all.
/// </summary>
/// <param name="database">The database, to be changed.</param>
/// <param name="server">Where the scratch database is made; null: the receipt alone decides, which a changed table never equals.</param>
/// <param name="options">How backups are opened.</param>
/// <param name="processes">Runs pg_restore and psql.</param>
/// <param name="time">The clock.</param>
sealed class UntouchedRestore(DatabaseWriter database, ScratchServer? server, BackupOptions options, ProcessRunner processes, TimeProvider time)
{
    /// <summary>Restores it.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="own">The deployment's migrations that are applied, in order.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="RowsWrittenException">Somebody has written; nothing is changed.</exception>
    /// <exception cref="RestoreFailedException">The restore failed; nothing is changed.</exception>
    public async Task RunAsync(StoredBackup backup, ImmutableArray<MigrationFile> own, CancellationToken cancellation)
    {
        var fence = await ExpectAsync(backup, own, cancellation);
        await new DatabaseRestore(database, processes) { Options = options, Fence = fence }.RunAsync(backup, cancellation);
    }

    async Task<WriteFence> ExpectAsync(StoredBackup backup, ImmutableArray<MigrationFile> own, CancellationToken cancellation)
    {
        using var opened = await new BackupReader(processes) { Options = options }.OpenAsync(backup, cancellation);
        if (server is null)
            return new(opened.Receipt.Tables, TableChecksums.SeedIn(opened.Receipt, options.Keys));
        var check = new RestoreCheck(database.Settings, server, processes, time) { Options = options };
        await using var scratch = await check.RestoreAsync(opened, cancellation);
        await using (var connection = await scratch.OpenAsync(cancellation))
            foreach (var file in own)
                await ScratchMigrator.ApplyAsync(connection, file, cancellation);
        var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        return new(await check.ReadAsync(scratch, await TablesAsync(scratch, cancellation), new(seed), cancellation), seed);
    }

    static async Task<List<string>> TablesAsync(ScratchDatabase scratch, CancellationToken cancellation)
    {
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        await connection.RunAsync("set search_path = ''", cancellation);
        var schemas = (await ApplicationSchemas.ReadAsync(connection, cancellation)).Remove(ApplicationSchemas.History);
        return await connection.ListAsync<string>("select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1) and c.relkind = 'r'", cancellation, (object)schemas.ToArray());
    }
}
