using System.Collections.Immutable;
using Maily.Deploy.Backups;
using Maily.Deploy.Postgres;
using Maily.Deploy.Postgres.Catalogs;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Runs a down script so that nothing is lost that was written since its migration: it is run, looked at and taken back; then writers
/// are kept away from what it drops, narrows or writes to, the rows of later transactions are counted there, and it is run again.
/// </summary>
/// <param name="connection">A connection with an open transaction.</param>
/// <param name="version">The migration that is undone.</param>
sealed class DownLoss(NpgsqlConnection connection, string version)
{
    const string Savepoint = "maily_down";

    // One that was open beside the migration counts as later. What a former version marked does not know those, and the oldest marks
    // know no number at all.
    const string IsLater = """
        (xmin = any (array(select open::xid from maily_deploy.applied_migrations, pg_snapshot_xip(snapshot) as open where version = $1))
            or age(xmin) <= (select coalesce(age(pg_snapshot_xmax(snapshot)::xid), age(xid::xid) - 1, 2147483646) from maily_deploy.applied_migrations where version = $1))
        and xmin is distinct from (select xid::xid from maily_deploy.applied_migrations where version = $1)
        """;

    /// <summary>Runs the script in the open transaction, which must be given up where this throws; gives the schema that it leads to.</summary>
    /// <param name="run">Runs the down script.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="RowsWrittenException">Something would be lost.</exception>
    public async Task<DatabaseCatalog> RunAsync(Func<CancellationToken, Task> run, CancellationToken cancellation)
    {
        await connection.RunAsync($"savepoint {Savepoint}", cancellation);
        // So that defaults are printed with their schemas.
        await connection.RunAsync("set local search_path = ''", cancellation);
        var tablesBefore = await DataChanges.ReadAsync(connection, cancellation);
        // The path, too, is as it was: the script may count on it.
        await connection.RunAsync($"rollback to savepoint {Savepoint}", cancellation);
        await run(cancellation);
        var (after, tablesAfter) = (await DatabaseCatalog.ReadHereAsync(connection, cancellation), await DataChanges.ReadAsync(connection, cancellation));
        await connection.RunAsync($"rollback to savepoint {Savepoint}", cancellation);

        var lost = ImmutableArray.CreateBuilder<WrittenTable>();
        foreach (var (table, condition) in tablesBefore.DroppedIn(tablesAfter))
            Add(lost, table, await CountAsync(table, condition, cancellation));
        // Until what is dropped was locked, somebody may have made a partition of it.
        foreach (var (id, table) in (await DataChanges.ReadAsync(connection, cancellation)).Tables)
            if (!tablesBefore.Tables.ContainsKey(id))
                Add(lost, table.Name, await CountAsync(table.Name, "true", cancellation));
        ThrowIf(lost);

        var written = tablesBefore.WrittenIn(tablesAfter).ToImmutableArray();
        foreach (var table in written)
            await KeepAsync(table, cancellation);
        await run(cancellation);
        foreach (var table in written)
            Add(lost, table.Name, await CountMissingAsync(table, cancellation));
        ThrowIf(lost);
        return after;
    }

    static void Add(ImmutableArray<WrittenTable>.Builder lost, string table, long rows)
    {
        if (rows > 0)
            lost.Add(new(table, rows, 0));
    }

    static void ThrowIf(ImmutableArray<WrittenTable>.Builder lost)
    {
        if (lost.Count > 0)
            throw new RowsWrittenException(lost.ToImmutable());
    }

    async Task KeepAsync(WrittenRows table, CancellationToken cancellation)
    {
        await LockAsync(table.Name, cancellation);
        await using var command = connection.CommandOf($"create temporary table {table.Kept} on commit drop as select {table.Before} from only {table.Name} where {IsLater.Replace("$1", $"'{version}'", StringComparison.Ordinal)}");
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    // What does not come back from a column's new type is lost in it; where the types cannot be cast, each row is.
    async Task<long> CountMissingAsync(WrittenRows table, CancellationToken cancellation)
    {
        await connection.RunAsync($"savepoint {Savepoint}_count", cancellation);
        try
        {
            await using var command = connection.CommandOf($"select count(*) from (select * from pg_temp.{table.Kept} except all select {table.After} from only {table.NameAfter}) as missing");
            command.CommandTimeout = 0;
            return (long)(await command.ExecuteScalarAsync(cancellation) ?? 0L);
        }
        catch (PostgresException)
        {
            await connection.RunAsync($"rollback to savepoint {Savepoint}_count", cancellation);
            return await connection.FindAsync<long>($"select count(*) from pg_temp.{table.Kept}", cancellation);
        }
    }

    async Task<long> CountAsync(string table, string condition, CancellationToken cancellation)
    {
        await LockAsync(table, cancellation);
        await using var command = connection.CommandOf($"select count(*) from only {table} where ({condition}) and {IsLater}", version);
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync(cancellation) ?? 0L);
    }

    Task LockAsync(string table, CancellationToken cancellation) => connection.RunAsync($"lock table only {table} in access exclusive mode", cancellation);
}
