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
        var (fence, mayFall) = await ExpectAsync(backup, own, cancellation);
        await new DatabaseRestore(database, processes) { Options = options, Fence = fence, MayFall = mayFall }.RunAsync(backup, cancellation);
    }

    async Task<(WriteFence Fence, ImmutableArray<string> MayFall)> ExpectAsync(StoredBackup backup, ImmutableArray<MigrationFile> own, CancellationToken cancellation)
    {
        using var opened = await new BackupReader(processes) { Options = options }.OpenAsync(backup, cancellation);
        // What does not run in one transaction has more of them than its mark says.
        ImmutableArray<string>? versions = own.All(file => MigrationPlan.For(file).IsAtomic) ? [.. own.Select(file => file.Version)] : null;
        if (server is null)
            return (new(opened.Receipt.Tables, TableChecksums.SeedIn(opened.Receipt, options.Keys)) { Snapshot = opened.Receipt.Snapshot, Own = versions }, []);
        var check = new RestoreCheck(database.Settings, server, processes, time) { Options = options };
        var made = MadeByMigrations.Of(own);
        await using var scratch = await check.RestoreAsync(opened, new() { Publications = made.Publications, Triggers = made.Triggers }, cancellation);
        await WithoutNewExtensionsAsync(scratch, opened.Receipt, cancellation);
        var before = await ScratchState.ReadAsync(scratch, cancellation);
        await using (var connection = await scratch.OpenAsync(cancellation))
            foreach (var file in own)
                await ScratchMigrator.ApplyAsync(connection, file, cancellation);
        var after = await ScratchState.ReadAsync(scratch, cancellation);
        var seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
        var expected = await check.ReadAsync(scratch, [.. after.Tables.Keys], new(seed), cancellation);
        var kept = await KeptAsync(scratch, before, after, expected, new(seed), cancellation);
        return (new(expected, seed) { Kept = kept, Snapshot = opened.Receipt.Snapshot, Own = versions }, [.. after.Outside.Except(before.Outside)]);
    }

    // The scratch database has the target's, those of the migrations among them.
    static async Task WithoutNewExtensionsAsync(ScratchDatabase scratch, BackupReceipt receipt, CancellationToken cancellation)
    {
        if (receipt.Platform is not { } platform)
            return;
        await using var connection = await scratch.OpenAsOwnerOfServerAsync(cancellation);
        foreach (var extension in await connection.ListAsync<string>("select quote_ident(extname) from pg_extension", cancellation))
            if (!platform.ContainsKey($"extension {extension}"))
                await connection.RunAsync($"drop extension if exists {extension} cascade", cancellation);
    }

    static async Task<ImmutableDictionary<string, KeptColumns>> KeptAsync(
        ScratchDatabase scratch, ScratchState before, ScratchState after, ImmutableArray<BackupTable> expected, TableChecksums checksums, CancellationToken cancellation)
    {
        var kept = ImmutableDictionary.CreateBuilder<string, KeptColumns>(StringComparer.Ordinal);
        await using var moment = await BackupSnapshot.OfStillAsync(await scratch.OpenAsOwnerOfServerAsync(cancellation), cancellation);
        await TableChecksums.BeginAsync(moment.Connection, cancellation);
        foreach (var table in expected)
        {
            var columns = after.Tables[table.Name];
            var old = columns.Where(column => before.Columns.Contains(column.Id)).ToImmutableArray();
            // Of a table whose columns are all others nothing is left to compare; one that is new has never had another's rows.
            if (old.IsEmpty && columns.Any(column => before.TableIds.Contains(column.Id.Table)))
                continue;
            ImmutableArray<string> names = [.. old.Select(column => column.Name)];
            kept[table.Name] = new(names, old.Length == columns.Length ? table.Checksum : (await checksums.ReadAsync(moment.Connection, table.Name, names, cancellation)).Checksum);
        }

        return kept.ToImmutable();
    }
}

/// <summary>What a scratch database holds before migrations, or after them.</summary>
/// <param name="Tables">The application's tables by name, with their columns.</param>
/// <param name="Outside">What it has outside of its schemas.</param>
sealed record ScratchState(ImmutableSortedDictionary<string, ImmutableArray<ScratchState.Column>> Tables, ImmutableArray<string> Outside)
{
    const string ReadTables = """
        select c.oid::regclass::text, c.oid::bigint, coalesce(array_agg(a.attnum order by a.attnum) filter (where a.attnum is not null), '{}'), coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.attnum is not null), '{}')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname = any($1) and c.relkind = 'r' group by c.oid
        """;

    /// <summary>A column, by its table's number and its own.</summary>
    internal sealed record Column((long Table, short Number) Id, string Name);

    public ImmutableHashSet<(long Table, short Number)> Columns { get; } = [.. Tables.Values.SelectMany(columns => columns.Select(column => column.Id))];

    public ImmutableHashSet<long> TableIds { get; } = [.. Tables.Values.SelectMany(columns => columns.Select(column => column.Id.Table))];

    public static async Task<ScratchState> ReadAsync(ScratchDatabase scratch, CancellationToken cancellation)
    {
        // As the role that migrations run as: what it has made counts.
        await using var connection = await scratch.OpenAsync(cancellation);
        await connection.RunAsync("set search_path = ''", cancellation);
        var schemas = (await ApplicationSchemas.ReadAsync(connection, cancellation)).Remove(ApplicationSchemas.History).ToArray();
        var outside = await OutsideQuery.ReadAsync(connection, schemas, cancellation);
        var tables = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<Column>>(StringComparer.Ordinal);
        await using var command = connection.CommandOf(ReadTables, (object)schemas);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (table, numbers, names) = (reader.GetInt64(1), await reader.GetFieldValueAsync<short[]>(2, cancellation), await reader.GetFieldValueAsync<string[]>(3, cancellation));
            tables[reader.GetString(0)] = [.. numbers.Zip(names, (number, name) => new Column((table, number), name))];
        }

        return new(tables.ToImmutable(), [.. outside.Select(dependent => dependent.Name)]);
    }
}
