using System.Collections.Immutable;
using Maily.Deploy.Backups.Stores;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Scratch;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>What restoring a backup showed.</summary>
/// <param name="Tables">How many tables are equal to the receipt, in count and checksum.</param>
/// <param name="Rows">How many rows they have.</param>
/// <param name="Took">How long it took.</param>
public sealed record RestoreCheckResult(int Tables, long Rows, TimeSpan Took);

/// <summary>
/// Restores a backup into a scratch database and compares every table with the receipt. The database sees all that the backup holds,
/// and is dropped at the end, also when this process is killed.
/// </summary>
/// <param name="target">The database that it is a backup of; only its shape is read.</param>
/// <param name="server">Where the scratch database is made.</param>
/// <param name="processes">Runs pg_restore.</param>
/// <param name="time">The clock.</param>
public sealed class RestoreCheck(DatabaseSettings target, ScratchServer server, ProcessRunner processes, TimeProvider time)
{
    /// <summary>Keys and scratch folder.</summary>
    public BackupOptions Options { get; init; } = new();

    /// <summary>Restores and compares.</summary>
    /// <exception cref="BackupDamagedException">The backup is not what its receipt says.</exception>
    /// <exception cref="RestoreCheckFailedException">It cannot be restored, or what comes of it is not what was there.</exception>
    /// <exception cref="ScratchUnfitException">The scratch server cannot hold it.</exception>
    public async Task<RestoreCheckResult> RunAsync(StoredBackup backup, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        using var opened = await new BackupReader(processes) { Options = Options }.OpenAsync(backup, cancellation);
        var receipt = opened.Receipt;
        await using var scratch = await RestoreAsync(opened, MadeObjects.None, cancellation);
        ImmutableArray<BackupTable> wanted = [.. receipt.Tables, .. receipt.Managed];
        var restored = await ReadAsync(scratch, [.. wanted.Select(table => table.Name)], TableChecksums.Of(receipt, Options.Keys), cancellation);
        var wrong = wanted.Zip(restored).Where(pair => pair.First != pair.Second).Select(pair => Difference(pair.First, pair.Second)).ToImmutableArray();
        return wrong.IsEmpty ? new(wanted.Length, receipt.Rows, time.GetElapsedTime(begun)) : throw new RestoreCheckFailedException(backup.Address, string.Join("; ", wrong));
    }

    /// <summary>The backup in a scratch database; the caller disposes it.</summary>
    /// <param name="opened">The backup.</param>
    /// <param name="without">What of the target's platform must not be there.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="RestoreCheckFailedException">It cannot be restored.</exception>
    /// <exception cref="ScratchUnfitException">The scratch server cannot hold it.</exception>
    internal async Task<ScratchDatabase> RestoreAsync(OpenedBackup opened, MadeObjects without, CancellationToken cancellation)
    {
        ScratchTarget fitting;
        await using (var connection = await new ReadOnlyDatabase(target).OpenAsync(cancellation))
            fitting = await server.FitAsync(connection, cancellation);
        var tools = await PostgresTools.FindAsync(fitting.Major, processes, cancellation);
        var scratch = await ScratchDatabase.CreateAsync(server, fitting, tools, time, cancellation);
        try
        {
            await MakeSchemasAsync(scratch, fitting, opened.Receipt, cancellation);
            await new PlatformShape(target, tools, processes) { Without = without }.CopyAsync(scratch, made: null, cancellation);
            await FillAsync(scratch, opened, tools, cancellation);
            return scratch;
        }
        catch (CommandFailedException failed)
        {
            await scratch.DisposeAsync();
            throw new RestoreCheckFailedException(opened.Receipt.Location, "pg_restore refuses it", failed.Evidence, failed);
        }
        catch
        {
            await scratch.DisposeAsync();
            throw;
        }
    }

    /// <summary>Counts and checksums of tables in a scratch database, in the order given.</summary>
    internal Task<ImmutableArray<BackupTable>> ReadAsync(ScratchDatabase scratch, IReadOnlyList<string> tables, TableChecksums checksums, CancellationToken cancellation) =>
        new ParallelChecksums(async token => await BackupSnapshot.OfStillAsync(await scratch.OpenAsOwnerOfServerAsync(token), token), checksums) { Jobs = Options.Jobs }
            .ReadAsync(tables, cancellation);

    // Before the extensions, some of which live in them.
    static async Task MakeSchemasAsync(ScratchDatabase scratch, ScratchTarget fitting, BackupReceipt receipt, CancellationToken cancellation)
    {
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        var owner = scratch.IsSuperuser ? $" authorization {Quoted.Name(fitting.Role)}" : "";
        foreach (var schema in receipt.Schemas.Where(schema => schema != "public"))
            await connection.RunAsync($"create schema {Quoted.Name(schema)}{owner}", cancellation);
    }

    // Supabase's rows first: the application's refer to them.
    async Task FillAsync(ScratchDatabase scratch, OpenedBackup opened, PostgresTools tools, CancellationToken cancellation)
    {
        string[] unowned = scratch.IsSuperuser ? [] : ["--no-owner", "--no-privileges"];
        Task RestoreAsync(params string[] arguments) => processes.RunAsync(tools.Against(scratch.Settings, "pg_restore", ["--exit-on-error", .. unowned, .. arguments]), null, cancellation);
        if (opened.Managed is { } managed)
            await RestoreAsync(["--data-only", "--single-transaction", .. scratch.IsSuperuser ? ["--disable-triggers"] : Array.Empty<string>(), managed]);
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        // Bodies may name what comes with the dump.
        await connection.RunAsync($"set check_function_bodies = off;\n{RestorePlan.For(opened.Receipt, []).First}", cancellation);
        var contents = await processes.RunAsync(CommandLine.Of(Path.Combine(tools.Folder, "pg_restore"), "--list", opened.Dump), null, cancellation);
        var list = Path.Combine(opened.Sub("check"), "contents");
        await File.WriteAllLinesAsync(list, contents.Split('\n').Where(line => !line.Contains(" SCHEMA - ", StringComparison.Ordinal)), cancellation);
        await RestoreAsync($"--jobs={Options.Jobs}", $"--use-list={list}", opened.Dump);
        foreach (var dependent in opened.Receipt.Outside)
            await MakeAsync(connection, dependent, opened.Receipt, scratch.IsSuperuser, cancellation);
    }

    static async Task MakeAsync(NpgsqlConnection connection, OutsideDependent dependent, BackupReceipt receipt, bool isSuperuser, CancellationToken cancellation)
    {
        try
        {
            await connection.RunAsync(dependent.Sql, cancellation);
        }
        catch (PostgresException refused) when (!isSuperuser && refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            // Supabase lets its projects make more than PostgreSQL does: it says nothing about the backup.
        }
        catch (PostgresException refused)
        {
            throw new RestoreCheckFailedException(receipt.Location, $"{dependent.Name} cannot be made again: {ServerMessage.Of(refused, dependent.Sql)}");
        }
    }

    static string Difference(BackupTable wanted, BackupTable found) => wanted.Rows == found.Rows
        ? $"{wanted.Name} has {found.Rows} rows, of which some differ" : $"{wanted.Name} has {found.Rows} rows, not {wanted.Rows}";
}

/// <summary>A backup cannot be restored as it was taken; nothing was touched.</summary>
public sealed class RestoreCheckFailedException(string location, string reason, string? evidence = null, Exception? cause = null)
    : DeployException($"The backup in {location} cannot be restored as it was: {reason}.", "Do not migrate: find out why, and make another backup. --skip-restore-check gives this check up.", evidence, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
