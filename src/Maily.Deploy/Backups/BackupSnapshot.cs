using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// One moment of the database, held open so that pg_dump and our counts see exactly the same rows.
/// </summary>
sealed class BackupSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, string id) : IAsyncDisposable
{
    const string TablesSql = """
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and c.relkind = 'r'
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1
        """;

    // Only kinds that Supabase projects have in practice; a restore refuses what it cannot make again.
    const string OutsideSql = """
        select format('trigger %I on %s', t.tgname, t.tgrelid::regclass), pg_get_triggerdef(t.oid)
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace
        where not t.tgisinternal and n.nspname <> all($1) and f.nspname = any($1)
        union all
        select format('%s in publication %I', r.prrelid::regclass, p.pubname), format('alter publication %I add table %s', p.pubname, r.prrelid::regclass)
        from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1)
        order by 1
        """;

    /// <summary>For <c>pg_dump --snapshot</c>.</summary>
    public string Id { get; } = id;

    public static async Task<BackupSnapshot> TakeAsync(ReadOnlyDatabase database, CancellationToken cancellation)
    {
        var connection = await database.OpenAsync(cancellation);
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        // Otherwise regclass leaves out the schema's name where it is in the path.
        await connection.RunAsync("set local search_path = ''", cancellation);
        return new(connection, transaction, await connection.FindAsync<string>("select pg_export_snapshot()", cancellation) ?? "");
    }

    public Version ServerVersion => connection.PostgreSqlVersion;

    public async Task<string> WalPositionAsync(CancellationToken cancellation) =>
        await connection.FindAsync<string>("select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text", cancellation) ?? "";

    public Task<ImmutableArray<string>> SchemasAsync(CancellationToken cancellation) => ApplicationSchemas.ReadAsync(connection, cancellation);

    public async Task<ImmutableArray<string>> LeftOutAsync(CancellationToken cancellation) =>
        [.. (await connection.ListAsync<string>("select nspname::text from pg_namespace order by nspname", cancellation)).Where(ApplicationSchemas.LeftOut.Contains)];

    public async Task<ImmutableArray<BackupTable>> TablesAsync(ImmutableArray<string> schemas, CancellationToken cancellation)
    {
        var tables = ImmutableArray.CreateBuilder<BackupTable>();
        foreach (var name in await connection.ListAsync<string>(TablesSql, cancellation, (object)schemas.ToArray()))
            tables.Add(new(name, await CountAsync(name, cancellation)));
        return tables.ToImmutable();
    }

    public async Task<ImmutableArray<OutsideDependent>> OutsideAsync(ImmutableArray<string> schemas, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf(OutsideSql, (object)schemas.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var dependents = ImmutableArray.CreateBuilder<OutsideDependent>();
        while (await reader.ReadAsync(cancellation))
            dependents.Add(new(reader.GetString(0), reader.GetString(1)));
        return dependents.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }

    // The name comes from regclass, which quotes it.
    async Task<long> CountAsync(string table, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf($"select count(*) from only {table}");
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync(cancellation) ?? 0L);
    }
}
