using System.Collections.Immutable;
using Maily.Deploy.Sandbox.Wires;
using Npgsql;

namespace Maily.Deploy.Sandbox.Snapshots;

/// <summary>Reads a database's catalog and rows as lines that can be compared: whatever a deployment may have changed shows in one of them.</summary>
static class DatabaseState
{
    // What the tool keeps for itself changes with each deployment.
    const string Catalog = """
        with own as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('information_schema', 'maily_deploy'))
        select 'schema ' || nspname from own
        union all select format('column %s.%s.%s %s %s %s', table_schema, table_name, column_name, udt_name, is_nullable, column_default)
            from information_schema.columns join own on nspname = table_schema
        union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(c.oid)) from pg_constraint c join own on own.oid = connamespace
        union all select format('index %s %s', pg_get_indexdef(i.indexrelid), i.indisvalid) from pg_index i join pg_class c on c.oid = i.indexrelid join own on own.oid = c.relnamespace
        union all select format('routine %s %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid))) from pg_proc p join own on own.oid = pronamespace where prokind in ('f', 'p')
        union all select format('policy %s', p::text) from pg_policies p join own on nspname = schemaname
        union all select format('label %s %s %s', enumtypid::regtype, enumsortorder, enumlabel) from pg_enum
        union all select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
        union all select format('table %s %s %s', c.oid::regclass, relrowsecurity, relacl) from pg_class c join own on own.oid = relnamespace where relkind in ('r', 'v', 'm', 'p')
        union all select format('view %s %s', c.oid::regclass, md5(pg_get_viewdef(c.oid))) from pg_class c join own on own.oid = relnamespace where relkind in ('v', 'm')
        union all select format('sequence %s %s %s %s', c.oid::regclass, format_type(seqtypid, null), seqincrement, relacl) from pg_sequence join pg_class c on c.oid = seqrelid join own on own.oid = relnamespace
        union all select format('type %s %s %s', t.oid::regtype, typtype, typacl) from pg_type t join own on own.oid = typnamespace where typtype in ('e', 'd', 'r') or typtype = 'c' and exists (select from pg_class c where c.oid = typrelid and relkind = 'c')
        union all select format('rights on %s %s', nspname, nspacl) from pg_namespace join own using (oid, nspname)
        union all select format('rights to run %s %s', p.oid::regprocedure, proacl) from pg_proc p join own on own.oid = pronamespace where proacl is not null
        union all select format('rights by default %s %s %s %s', defaclrole::regrole, defaclnamespace::regnamespace, defaclobjtype, defaclacl) from pg_default_acl
        union all select format('extension %s %s', extname, extversion) from pg_extension
        union all select format('rows %s.%s %s', table_schema, table_name,
            (xpath('//line/text()', query_to_xml(format('select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '''')) as line from %I.%I t', table_schema, table_name), false, true, '')))[1])
            from information_schema.tables join own on nspname = table_schema
            where table_type = 'BASE TABLE' and format('%s.%s', table_schema, table_name) <> all ($1)
        """;

    /// <summary>All lines, sorted; without the rows of the named tables (<c>schema.table</c>), which somebody writes meanwhile.</summary>
    public static async Task<ImmutableArray<string>> ReadAsync(string superuser, string[] written, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(superuser) { ApplicationName = SandboxConnections.OwnName, CommandTimeout = SandboxConnections.Patience }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Catalog, connection) { Parameters = { new() { Value = written } } };
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(cancellation))
            lines.Add(reader.GetString(0));
        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
