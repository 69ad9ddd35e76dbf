using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Backups;

/// <summary>Makes backups of the application's schemas, and of the rows in Supabase's own that cannot be made again.</summary>
public sealed class DatabaseBackup(DatabaseSettings settings, ProcessRunner processes, TimeProvider time)
{
    /// <summary>The dump of the application's schemas, within a backup.</summary>
    public const string DumpFolder = "dump";

    /// <summary>The dump of rows of Supabase's schemas, within a backup; data only.</summary>
    public const string ManagedFolder = "managed";

    /// <summary>How it is made.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Hears what is worth knowing.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The command that dumps the schemas into <paramref name="folder"/>.</summary>
    public static CommandLine DumpCommand(PostgresTools tools, DatabaseSettings settings, IEnumerable<string> schemas, string snapshot, BackupOptions options, string folder) =>
        Dump(tools, settings, snapshot, options, folder, schemas.Select(schema => $"--schema={Quoted.Name(schema)}"));

    /// <summary>The command that dumps the rows of those tables into <paramref name="folder"/>; their names are quoted where needed.</summary>
    public static CommandLine ManagedDumpCommand(PostgresTools tools, DatabaseSettings settings, IEnumerable<string> tables, string snapshot, BackupOptions options, string folder) =>
        Dump(tools, settings, snapshot, options with { Jobs = 1 }, folder, tables.Select(table => $"--table={table}").Prepend("--data-only"));

    /// <summary>Makes a backup, which is there only when it is whole.</summary>
    /// <returns>Its receipt.</returns>
    /// <exception cref="BackupKeyRequiredException">It must be sealed, and there is no key.</exception>
    /// <exception cref="TransactionPoolerException">There is no session to hold the snapshot.</exception>
    /// <exception cref="BackupSpaceException">The disk is full.</exception>
    /// <exception cref="BackupPermissionException">The role may not read, or a folder cannot be written.</exception>
    /// <exception cref="BackupConnectionException">The connection to the database was cut.</exception>
    /// <exception cref="BackupStoreException">The store does not take it.</exception>
    /// <exception cref="BackupFailedException">Anything else.</exception>
    public async Task<BackupReceipt> MakeAsync(StoredBackup backup, string environment, CancellationToken cancellation)
    {
        if (Options is { MustBeSealed: true, Keys: null })
            throw new BackupKeyRequiredException(environment);
        await SessionProbe.RequireSessionAsync(settings, "backups", cancellation);
        try
        {
            await backup.Store.DeleteAsync(backup.Id, cancellation);
            return await DumpAsync(backup, environment, cancellation);
        }
        catch (Exception failed)
        {
            await TryDeleteAsync(backup);
            if (failed is OperationCanceledException && cancellation.IsCancellationRequested)
                throw;
            throw BackupErrors.Of(failed, backup.Store.Location);
        }
    }

    async Task<BackupReceipt> DumpAsync(StoredBackup backup, string environment, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        await using var snapshot = await BackupSnapshot.TakeAsync(new(settings), cancellation);
        var (at, wal) = (time.GetUtcNow(), await snapshot.WalPositionAsync(cancellation));
        var schemas = await snapshot.SchemasAsync(cancellation);
        var leftOut = await snapshot.LeftOutAsync(cancellation);
        var managed = await ManagedTables.ReadAsync(snapshot.Connection, leftOut, cancellation);
        var outside = await snapshot.OutsideAsync(schemas, cancellation);
        var tools = await PostgresTools.FindAsync(snapshot.ServerVersion.Major, processes, cancellation);
        var seed = Options.Keys is { } keys ? TableChecksums.SeedOf(keys.Current, backup.Id) : TableChecksums.RandomSeed();
        using var scratch = ScratchFolder.Create(Options.ScratchFolder, await snapshot.SizeAsync(cancellation));
        if (scratch.IsOnDisk && Options.Keys is not null)
            Log.LogWarning("Memory has no room for the dump: until it is sealed it lies in {Folder}, and is deleted then. Name an encrypted disk by {Variable}", scratch.Path, ScratchFolder.Variable);
        var tables = await DumpAndCountAsync(tools, snapshot, schemas, managed.Kept, seed, scratch.Path, cancellation);
        var packing = new BackupPacking(backup, Options);
        var receipt = new BackupReceipt
        {
            Deployment = backup.Id, Environment = environment, Database = settings.ToString(), Location = backup.Store.Location,
            At = at, WalPosition = wal, ServerVersion = snapshot.ServerVersion.ToString(),
            Schemas = schemas, Roles = await snapshot.RolesAsync(schemas, cancellation), LeftOut = leftOut, LeftOutTables = managed.LeftOut, Outside = outside,
            Platform = await snapshot.PlatformAsync(cancellation), Snapshot = await snapshot.TextAsync(cancellation),
            Tables = [.. tables.Where(table => !managed.Kept.Contains(table.Name))], Managed = [.. tables.Where(table => managed.Kept.Contains(table.Name))],
            KeyId = Options.Keys?.Current.Id, Seed = Options.Keys is null ? seed.ToString(CultureInfo.InvariantCulture) : null,
            Files = await packing.StoreAsync(scratch.Path, cancellation),
            Seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 3),
        };
        await packing.CompleteAsync(receipt, scratch.Path, cancellation);
        return receipt;
    }

    // Side by side, since all of them read the same moment; the first one that fails ends the others.
    async Task<ImmutableArray<BackupTable>> DumpAndCountAsync(
        PostgresTools tools, BackupSnapshot snapshot, ImmutableArray<string> schemas, ImmutableArray<string> managed, long seed, string folder, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task Dumping(CommandLine command) => processes.RunAsync(command, null, either.Token);
        var application = await snapshot.TablesAsync(schemas, cancellation);
        var counting = new ParallelChecksums(token => BackupSnapshot.ImportAsync(new(settings), snapshot.Id, token), new(seed)) { Jobs = Options.Jobs }.ReadAsync([.. application, .. managed], either.Token);
        var all = new List<Task> { counting, Dumping(DumpCommand(tools, settings, schemas, snapshot.Id, Options, Path.Combine(folder, DumpFolder))) };
        if (!managed.IsEmpty)
            all.Add(Dumping(ManagedDumpCommand(tools, settings, managed, snapshot.Id, Options, Path.Combine(folder, ManagedFolder))));
        await FirstFailure.EndsAllAsync(all, either);
        return [.. (await counting).OrderBy(table => table.Name, StringComparer.Ordinal)];
    }

    async Task TryDeleteAsync(StoredBackup backup)
    {
        try
        {
            await backup.Store.DeleteAsync(backup.Id, CancellationToken.None);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException or DeployException)
        {
            // The first failure is the one to tell; without a receipt what is left is no backup, and Backups --expire removes it.
        }
    }

    static CommandLine Dump(PostgresTools tools, DatabaseSettings settings, string snapshot, BackupOptions options, string folder, IEnumerable<string> selection) =>
        tools.Against(settings, "pg_dump",
            ["--format=directory", $"--jobs={options.Jobs}", $"--compress={options.Compression}", $"--snapshot={snapshot}", "--lock-wait-timeout=10s", $"--file={folder}", .. selection]);
}
