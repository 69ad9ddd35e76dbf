using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Backups;

/// <summary>
/// Keeps writers out for the rest of a transaction, and ends it where somebody has written since: every table of the application must
/// be as expected. WAL positions and statistics would prove nothing; the rows do.
/// </summary>
/// <param name="Expected">What each table must be.</param>
/// <param name="Seed">The seed of these checksums.</param>
public sealed record WriteFence(ImmutableArray<BackupTable> Expected, long Seed)
{
    /// <summary>The error's SQLSTATE.</summary>
    public const string SqlState = "MD001";

    const string Mark = "maily_fence:";

    const string Script = """
        do $fence$
        declare
          expected jsonb := {0}; wanted jsonb; found record; rows bigint; checksum text; written jsonb := '[]';
        begin
          for found in select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = any({1}) and c.relkind = 'r' and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1
          loop
            execute format('lock table only %s in exclusive mode', found.name);
          end loop;
          for found in select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = any({1}) and c.relkind = 'r' and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1
          loop
            execute {2} into rows, checksum;
            wanted := expected -> found.name;
            if rows <> coalesce((wanted ->> 'rows')::bigint, 0) or (wanted is not null and checksum <> wanted ->> 'checksum') then
              written := written || jsonb_build_object('table', found.name, 'rows', rows, 'before', coalesce((wanted ->> 'rows')::bigint, 0));
            end if;
          end loop;
          if written <> '[]' then
            raise exception using errcode = 'MD001', message = 'maily_fence:' || written::text;
          end if;
        end $fence$;
        """;

    /// <summary>The statement; it belongs to the beginning of the transaction, and leaves settings of the transaction changed.</summary>
    /// <param name="schemas">The application's schemas.</param>
    public string ToSql(IEnumerable<string> schemas)
    {
        var expected = JsonSerializer.Serialize(Expected.ToDictionary(table => table.Name, table => new { rows = table.Rows, checksum = table.Checksum }, StringComparer.Ordinal));
        return TableChecksums.Settings + ";\n" + Script.Replace("{0}", $"{Quoted.Text(expected)}::jsonb", StringComparison.Ordinal)
            .Replace("{1}", $"array[{string.Join(", ", schemas.Select(Quoted.Text))}]::text[]", StringComparison.Ordinal)
            .Replace("{2}", TableChecksums.StatementFor("found.name", Seed.ToString(CultureInfo.InvariantCulture)), StringComparison.Ordinal) + "\n";
    }

    /// <summary>The tables that somebody has written to, as psql's error says; null where it says something else.</summary>
    public static RowsWrittenException? Find(string? evidence)
    {
        var start = evidence?.IndexOf(Mark, StringComparison.Ordinal) ?? -1;
        if (start < 0)
            return null;
        var json = evidence![(start + Mark.Length)..];
        var end = json.IndexOfAny(['\r', '\n']);
        using var document = JsonDocument.Parse(end < 0 ? json : json[..end]);
        return new([.. document.RootElement.EnumerateArray().Select(table => new WrittenTable(
            table.GetProperty("table").GetString()!, table.GetProperty("rows").GetInt64(), table.GetProperty("before").GetInt64()))]);
    }
}

/// <summary>A table that is not what the backup would make of it.</summary>
/// <param name="Name">Schema and name.</param>
/// <param name="Rows">Its rows now.</param>
/// <param name="Before">Its rows in the backup, with this deployment's migrations.</param>
public sealed record WrittenTable(string Name, long Rows, long Before)
{
    /// <inheritdoc/>
    public override string ToString() => Rows == Before ? $"{Name} ({Rows} rows, of which some were changed)" : $"{Name} ({Rows} rows now, {Before} then)";
}

/// <summary>Somebody has written since the backup: it is not restored, and nothing is changed.</summary>
public sealed class RowsWrittenException(ImmutableArray<WrittenTable> tables)
    : DeployException($"Rows were written since the backup and would be lost: {string.Join(", ", tables)}.", "Restore it all the same with `./build.sh Rollback --restore-database`, or undo the migrations by hand.")
{
    /// <summary>The tables.</summary>
    public ImmutableArray<WrittenTable> Tables { get; } = tables;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
