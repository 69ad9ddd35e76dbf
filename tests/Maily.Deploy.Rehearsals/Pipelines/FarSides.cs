using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>
/// What a deployment may have changed on the far sides, one line each: the database's catalog and rows, the objects of the
/// clusters without what a cluster writes by itself, and the frontend that serves production.
/// </summary>
static class FarSides
{
    static readonly string[] Kinds =
        ["Namespace", "ConfigMap", "Secret", "ServiceAccount", "Service", "Deployment", "StatefulSet", "DaemonSet", "Ingress", "NetworkPolicy", "PodDisruptionBudget"];

    static readonly string[] Volatile = ["resourceVersion", "generation", "managedFields", "uid", "creationTimestamp"];

    const string Catalog = """
        with own as (select oid, nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
        select 'schema ' || nspname from own
        union all select format('column %s.%s.%s %s %s %s', table_schema, table_name, column_name, udt_name, is_nullable, column_default)
            from information_schema.columns join own on nspname = table_schema
        union all select format('constraint %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(c.oid)) from pg_constraint c join own on own.oid = connamespace
        union all select format('index %s', indexdef) from pg_indexes join own on nspname = schemaname
        union all select format('routine %s %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid))) from pg_proc p join own on own.oid = pronamespace where prokind in ('f', 'p')
        union all select format('policy %s', p::text) from pg_policies p join own on nspname = schemaname
        union all select format('label %s %s %s', enumtypid::regtype, enumsortorder, enumlabel) from pg_enum
        union all select format('trigger %s', pg_get_triggerdef(oid)) from pg_trigger where not tgisinternal
        union all select format('table %s %s %s', c.oid::regclass, relrowsecurity, relacl) from pg_class c join own on own.oid = relnamespace where relkind in ('r', 'v', 'm', 'p')
        union all select format('rows %s.%s %s', table_schema, table_name,
            (xpath('//line/text()', query_to_xml(format('select md5(coalesce(string_agg(t::text, chr(10) order by t::text), '''')) as line from %I.%I t', table_schema, table_name), false, true, '')))[1])
            from information_schema.tables join own on nspname = table_schema where table_type = 'BASE TABLE'
        """;

    /// <summary>All of it, sorted.</summary>
    public static async Task<string[]> ReadAsync(SandboxParts parts, CancellationToken cancellation) =>
        [.. await DatabaseAsync(parts, cancellation), .. Clusters(parts), Frontend(parts)];

    /// <summary>The database of the application.</summary>
    public static async Task<string[]> DatabaseAsync(SandboxParts parts, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(parts.Postgres.SuperuserConnectionString());
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(Catalog, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var lines = new List<string>();
        while (await reader.ReadAsync(cancellation))
            lines.Add(reader.GetString(0));
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    /// <summary>The objects of all clusters.</summary>
    public static string[] Clusters(SandboxParts parts) =>
    [
        .. from pair in parts.Clusters.ByRegion
           from kind in Kinds
           from item in ((EmbeddedCluster)pair.Value).Objects(kind)
           let text = $"{pair.Key} {kind} {Stable(item).ToJsonString()}"
           orderby text
           select text,
    ];

    /// <summary>The frontend that serves production.</summary>
    public static string Frontend(SandboxParts parts) => $"frontend {parts.Vercel.State.Production?.Id ?? "none"}";

    /// <summary>The images that the workloads of all clusters run.</summary>
    public static string[] ImagesIn(SandboxParts parts) =>
    [
        .. parts.Clusters.ByRegion.Values.Cast<EmbeddedCluster>()
            .SelectMany(cluster => cluster.Objects("Deployment").Concat(cluster.Objects("StatefulSet")))
            .Select(workload => (string)workload["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!)
            .Distinct(),
    ];

    static JsonObject Stable(JsonObject item)
    {
        item.Remove("status");
        var metadata = item["metadata"]!.AsObject();
        foreach (var name in Volatile)
            metadata.Remove(name);
        metadata["annotations"]?.AsObject().Remove("deployment.kubernetes.io/revision");
        return item;
    }
}
