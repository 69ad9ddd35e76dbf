using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// The tables of Supabase's own schemas whose rows cannot be made again: who may log in, and what the storage holds. Supabase
/// makes the tables themselves.
/// </summary>
static class ManagedTables
{
    // Sessions and what hangs on them: people log in again. Migrations are the server's own.
    static readonly ImmutableHashSet<string> Passing = ImmutableHashSet.Create(StringComparer.Ordinal,
        "auth.audit_log_entries", "auth.flow_state", "auth.mfa_amr_claims", "auth.mfa_challenges", "auth.oauth_authorizations", "auth.oauth_client_states",
        "auth.one_time_tokens", "auth.refresh_tokens", "auth.saml_relay_states", "auth.schema_migrations", "auth.sessions",
        "storage.migrations", "storage.s3_multipart_uploads", "storage.s3_multipart_uploads_parts");

    const string Sql = """
        select c.oid::regclass::text, n.nspname in ('auth', 'storage'),
            has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') and not row_security_active(c.oid)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = any($1) and n.nspname <> 'information_schema' and c.relkind = 'r'
        order by pg_table_size(c.oid) desc, 1
        """;

    /// <summary>Those that are backed up, the biggest first, and all others of the schemas that are left out, by name.</summary>
    /// <exception cref="BackupPermissionException">The role may not read all of the first ones.</exception>
    public static async Task<(ImmutableArray<string> Kept, ImmutableArray<string> LeftOut)> ReadAsync(
        NpgsqlConnection connection, ImmutableArray<string> leftOutSchemas, CancellationToken cancellation)
    {
        var found = new List<(string Name, bool IsKept, bool IsReadable)>();
        await using (var command = connection.CommandOf(Sql, (object)leftOutSchemas.ToArray()))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation))
                found.Add((reader.GetString(0), reader.GetBoolean(1) && !Passing.Contains(reader.GetString(0)), reader.GetBoolean(2)));
        var unreadable = found.Where(table => table is { IsKept: true, IsReadable: false }).Select(table => table.Name).Order(StringComparer.Ordinal).ToList();
        return unreadable.Count == 0
            ? ([.. found.Where(table => table.IsKept).Select(table => table.Name)], [.. found.Where(table => !table.IsKept).Select(table => table.Name).Order(StringComparer.Ordinal)])
            : throw new BackupPermissionException($"the role may not read all rows of {string.Join(", ", unreadable)}, which cannot be made again", null);
    }
}
