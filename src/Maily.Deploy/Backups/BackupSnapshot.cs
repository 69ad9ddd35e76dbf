using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// One moment of the database, held open so that pg_dump and our counts see exactly the same rows.
/// </summary>
sealed class BackupSnapshot(NpgsqlConnection connection, NpgsqlTransaction transaction, string id) : IAsyncDisposable
{
    // The biggest first: whoever reads them side by side does not wait for one at the end.
    const string TablesSql = """
        select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and c.relkind = 'r'
        and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        order by pg_table_size(c.oid) desc, 1
        """;

    // Without indexes, which no dump holds.
    const string SizeSql = """
        select coalesce(sum(pg_table_size(c.oid)), 0)::bigint from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'm') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        """;

    // What belongs to no schema by itself does by what it stands on: the schema, the table of a policy.
    const string RolesSql = """
        select distinct r.rolname::text from pg_shdepend d join pg_roles r on r.oid = d.refobjid, lateral pg_identify_object(d.classid, d.objid, d.objsubid) o
        where d.refclassid = 'pg_authid'::regclass and d.dbid = (select oid from pg_database where datname = current_database()) and r.rolname !~ '^pg_'
            and (o.schema = any($1) or (d.classid = 'pg_namespace'::regclass and (select nspname from pg_namespace where oid = d.objid) = any($1))
                or (d.classid = 'pg_policy'::regclass and (select relnamespace::regnamespace::text from pg_policy join pg_class c on c.oid = polrelid where pg_policy.oid = d.objid) = any($1)))
        order by 1
        """;

    /// <summary>For <c>pg_dump --snapshot</c>.</summary>
    public string Id { get; } = id;

    public static async Task<BackupSnapshot> TakeAsync(ReadOnlyDatabase database, CancellationToken cancellation)
    {
        var connection = await database.OpenAsync(cancellation);
        var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        // Otherwise regclass leaves out the schema's name where it is in the path.
        await connection.RunAsync("set local search_path = ''; set local lock_timeout = '10s'", cancellation);
        return new(connection, transaction, await connection.FindAsync<string>("select pg_export_snapshot()", cancellation) ?? "");
    }

    /// <summary>The same moment on a further connection.</summary>
    public static async Task<BackupSnapshot> ImportAsync(ReadOnlyDatabase database, string id, CancellationToken cancellation)
    {
        var moment = await OnAsync(await database.OpenAsync(cancellation), id, cancellation);
        try
        {
            // A number of the server's own making; it takes no parameter here.
            await moment.Connection.RunAsync($"set transaction snapshot '{id}'", cancellation);
            return moment;
        }
        catch
        {
            await moment.DisposeAsync();
            throw;
        }
    }

    /// <summary>Some moment of a database that nobody writes to.</summary>
    public static Task<BackupSnapshot> OfStillAsync(NpgsqlConnection connection, CancellationToken cancellation) => OnAsync(connection, "", cancellation);

    // Takes the connection over.
    static async Task<BackupSnapshot> OnAsync(NpgsqlConnection connection, string id, CancellationToken cancellation)
    {
        try
        {
            return new(connection, await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation), id);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public NpgsqlConnection Connection => connection;

    public Version ServerVersion => connection.PostgreSqlVersion;

    public async Task<string> WalPositionAsync(CancellationToken cancellation) =>
        await connection.FindAsync<string>("select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_lsn() end)::text", cancellation) ?? "";

    public Task<ImmutableArray<string>> SchemasAsync(CancellationToken cancellation) => ApplicationSchemas.ReadAsync(connection, cancellation);

    public async Task<ImmutableArray<string>> LeftOutAsync(CancellationToken cancellation) =>
        [.. (await connection.ListAsync<string>("select nspname::text from pg_namespace order by nspname", cancellation)).Where(ApplicationSchemas.LeftOut.Contains)];

    public async Task<ImmutableArray<string>> TablesAsync(ImmutableArray<string> schemas, CancellationToken cancellation) =>
        [.. await connection.ListAsync<string>(TablesSql, cancellation, (object)schemas.ToArray())];

    /// <summary>Roles that own something in the schemas or have rights on it.</summary>
    public async Task<ImmutableArray<string>> RolesAsync(ImmutableArray<string> schemas, CancellationToken cancellation) =>
        [.. await connection.ListAsync<string>(RolesSql, cancellation, (object)schemas.Concat(schemas.Select(Quoted.Name)).ToArray())];

    /// <summary>Bytes of all tables.</summary>
    public async Task<long> SizeAsync(CancellationToken cancellation) => await connection.FindAsync<long>(SizeSql, cancellation);

    public async Task<ImmutableArray<OutsideDependent>> OutsideAsync(ImmutableArray<string> schemas, CancellationToken cancellation) =>
        [.. await OutsideQuery.ReadAsync(connection, schemas, cancellation)];

    public Task<ImmutableSortedDictionary<string, string>> PlatformAsync(CancellationToken cancellation) => PlatformNotes.ReadAsync(connection, cancellation);

    /// <summary>Which transactions it sees, as <c>pg_snapshot</c> prints it: what the others write is from after it.</summary>
    public async Task<string?> TextAsync(CancellationToken cancellation) => await connection.FindAsync<string>("select pg_current_snapshot()::text", cancellation);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
