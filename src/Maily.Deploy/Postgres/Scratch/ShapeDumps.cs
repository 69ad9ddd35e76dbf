using System.Collections.Concurrent;
using Maily.Deploy.Backups;
using Maily.Deploy.Processes;
using Npgsql;

namespace Maily.Deploy.Postgres.Scratch;

/// <summary>Dumps of databases without their rows, made once as long as no definition in them changes.</summary>
sealed class ShapeDumps(DatabaseSettings database, PostgresTools tools, ProcessRunner processes)
{
    // Whatever defines something writes rows of these, each with the number of its transaction; statistics and vacuum do not.
    static readonly string VersionSql = $"select concat_ws(',', {string.Join(", ", new[]
    {
        "class", "attribute", "attrdef", "type", "enum", "proc", "namespace", "constraint", "trigger", "event_trigger", "policy", "rewrite", "sequence", "statistic_ext",
        "index", "depend", "default_acl", "extension", "description", "publication", "publication_rel", "language", "cast", "operator", "collation", "ts_config", "ts_config_map", "ts_dict",
        "foreign_server", "foreign_table",
    }.Select(catalog => $"(select count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) from pg_{catalog})"))})";

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
