using System.Collections.Concurrent;
using Maily.Deploy.Backups;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>Dumps of databases without their rows, made once as long as no definition in them changes.</summary>
sealed class ShapeDumps(DatabaseSettings database, PostgresTools tools, ProcessRunner processes)
{
    // Whatever defines something writes rows of these, each with the number of its transaction; statistics and vacuum do not.
    const string VersionSql = """
        select string_agg(format('%s %s %s', rows, sum, name), ',' order by name) from (
          select 'class' as name, count(*) as rows, sum(xmin::text::bigint) as sum from pg_class
          union all select 'attribute', count(*), sum(xmin::text::bigint) from pg_attribute
          union all select 'type', count(*), sum(xmin::text::bigint) from pg_type
          union all select 'proc', count(*), sum(xmin::text::bigint) from pg_proc
          union all select 'namespace', count(*), sum(xmin::text::bigint) from pg_namespace
          union all select 'constraint', count(*), sum(xmin::text::bigint) from pg_constraint
          union all select 'trigger', count(*), sum(xmin::text::bigint) from pg_trigger
          union all select 'policy', count(*), sum(xmin::text::bigint) from pg_policy
          union all select 'attrdef', count(*), sum(xmin::text::bigint) from pg_attrdef
          union all select 'depend', count(*), sum(xmin::text::bigint) from pg_depend
          union all select 'shdepend', count(*), sum(xmin::text::bigint) from pg_shdepend
          union all select 'rewrite', count(*), sum(xmin::text::bigint) from pg_rewrite
          union all select 'default_acl', count(*), sum(xmin::text::bigint) from pg_default_acl
          union all select 'extension', count(*), sum(xmin::text::bigint) from pg_extension
          union all select 'event_trigger', count(*), sum(xmin::text::bigint) from pg_event_trigger
          union all select 'publication', count(*), sum(xmin::text::bigint) from pg_publication
          union all select 'publication_rel', count(*), sum(xmin::text::bigint) from pg_publication_rel
          union all select 'description', count(*), sum(xmin::text::bigint) from pg_description
          union all select 'enum', count(*), sum(xmin::text::bigint) from pg_enum
          union all select 'language', count(*), sum(xmin::text::bigint) from pg_language
          union all select 'cast', count(*), sum(xmin::text::bigint) from pg_cast
          union all select 'operator', count(*), sum(xmin::text::bigint) from pg_operator
          union all select 'collation', count(*), sum(xmin::text::bigint) from pg_collation
          union all select 'ts_config', count(*), sum(xmin::text::bigint) from pg_ts_config
          union all select 'ts_config_map', count(*), sum(xmin::text::bigint) from pg_ts_config_map
          union all select 'ts_dict', count(*), sum(xmin::text::bigint) from pg_ts_dict
          union all select 'foreign_server', count(*), sum(xmin::text::bigint) from pg_foreign_server
          union all select 'statistic_ext', count(*), sum(xmin::text::bigint) from pg_statistic_ext
          union all select 'sequence', count(*), sum(xmin::text::bigint) from pg_sequence
        ) as catalogs
        """;

    // A run has one target.
    const int Kept = 4;

    static readonly ConcurrentDictionary<string, (string Version, byte[] Dump)> Made = new(StringComparer.Ordinal);

    /// <summary>Writes the dump, in pg_dump's custom format, to a file.</summary>
    /// <param name="connection">Open on the database.</param>
    /// <param name="file">The file.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task WriteAsync(NpgsqlConnection connection, string file, CancellationToken cancellation)
    {
        var (place, version) = ($"{database} {tools.Folder}", await connection.FindAsync<string>(VersionSql, cancellation) ?? "");
        if (Made.TryGetValue(place, out var made) && made.Version == version)
        {
            await File.WriteAllBytesAsync(file, made.Dump, cancellation);
            return;
        }

        await processes.RunAsync(
            tools.Against(database, "pg_dump", ["--format=custom", "--compress=0", "--schema-only", "--lock-wait-timeout=10s", $"--exclude-schema={MailySchema.Name}", $"--file={file}"]),
            null, cancellation);
        if (Made.Count >= Kept)
            Made.Clear();
        Made[place] = (version, await File.ReadAllBytesAsync(file, cancellation));
    }
}
