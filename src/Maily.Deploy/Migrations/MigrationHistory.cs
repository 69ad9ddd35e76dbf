using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>The Supabase CLI's own history table, so that <c>supabase migration list</c> and the dashboard agree.</summary>
public static class MigrationHistory
{
    const string Exists = """
        select count(*) = 3 from pg_attribute where attrelid = to_regclass('supabase_migrations.schema_migrations')
        and attname in ('version', 'statements', 'name') and not attisdropped
        """;

    const string Create = """
        create schema if not exists supabase_migrations;
        create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
        alter table supabase_migrations.schema_migrations add column if not exists statements text[];
        alter table supabase_migrations.schema_migrations add column if not exists name text;
        """;

    /// <summary>Parameters: version, name, statements. Columns by name, since hosted projects have more of them.</summary>
    internal const string Insert = "insert into supabase_migrations.schema_migrations(version, name, statements) values ($1, $2, $3)";

    /// <summary>Parameter: version.</summary>
    internal const string Delete = "delete from supabase_migrations.schema_migrations where version = $1";

    /// <summary>The versions that the database has, in order; none where there is no history table.</summary>
    public static async Task<ImmutableArray<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            return [.. await connection.ListAsync<string>("select version from supabase_migrations.schema_migrations order by version", cancellation)];
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return [];
        }
    }

    /// <summary>Whether the database has that version.</summary>
    internal static async Task<bool> HasAsync(NpgsqlConnection connection, string version, CancellationToken cancellation)
    {
        try
        {
            return await connection.FindAsync<bool>("select exists (select from supabase_migrations.schema_migrations where version = $1)", cancellation, version);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return false;
        }
    }

    /// <summary>Makes the table, or the columns that an old CLI left out.</summary>
    internal static async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!await connection.FindAsync<bool>(Exists, cancellation))
            await connection.RunAsync(Create, cancellation);
    }
}

/// <summary>This deployment's mark on a migration, written in the migration's own transaction.</summary>
/// <param name="Version">The migration.</param>
/// <param name="Deployment">The deployment that applied it.</param>
/// <param name="StatementsDone">How many of its statements are in.</param>
/// <param name="IsWhole">Whether the history row was written with it.</param>
public sealed record MigrationMark(string Version, string Deployment, int StatementsDone, bool IsWhole)
{
    internal const string Upsert = """
        insert into maily_deploy.applied_migrations as mark (version, deployment, fencing_number, statements_done, is_whole, xid, snapshot)
        values ($1, $2, $3, $4, $5, pg_current_xact_id(), pg_current_snapshot())
        on conflict (version) do update set deployment = excluded.deployment, fencing_number = excluded.fencing_number,
            statements_done = excluded.statements_done, is_whole = excluded.is_whole, at = now(),
            xid = case when mark.deployment = excluded.deployment then coalesce(mark.xid, excluded.xid) else excluded.xid end,
            snapshot = case when mark.deployment <> excluded.deployment or mark.xid is null then excluded.snapshot else mark.snapshot end
        """;

    internal const string Delete = "delete from maily_deploy.applied_migrations where version = $1";

    const string Select = "select version, deployment, statements_done, is_whole from maily_deploy.applied_migrations";

    /// <summary>All marks, by version; none where nothing was ever applied from here.</summary>
    public static async Task<ImmutableDictionary<string, MigrationMark>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        (await ListAsync(connection.CommandOf(Select), cancellation)).ToImmutableDictionary(mark => mark.Version, StringComparer.Ordinal);

    /// <summary>The mark of one version; null where it has none.</summary>
    internal static async Task<MigrationMark?> FindAsync(NpgsqlConnection connection, string version, CancellationToken cancellation) =>
        (await ListAsync(connection.CommandOf($"{Select} where version = $1", version), cancellation)).FirstOrDefault();

    static async Task<List<MigrationMark>> ListAsync(NpgsqlCommand query, CancellationToken cancellation)
    {
        await using var command = query;
        var marks = new List<MigrationMark>();
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                marks.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3)));
        }
        catch (PostgresException missing) when (missing.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // Nothing was ever applied from here.
        }

        return marks;
    }
}
