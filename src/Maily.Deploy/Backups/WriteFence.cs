using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Backups;

/// <summary>
/// Keeps writers out for the rest of a transaction, and ends it where somebody has written since: every table of the application must
/// be as expected. WAL positions and statistics would prove nothing; the rows do. Where migrations give rows what they give them only
/// once, a time or a random number, the columns that they have not made must be as expected, and no row another transaction's.
/// </summary>
/// <param name="Expected">What each table must be.</param>
/// <param name="Seed">The seed of these checksums.</param>
public sealed record WriteFence(ImmutableArray<BackupTable> Expected, long Seed)
{
    /// <summary>The columns that are the backup's, where the deployment's migrations have been run; none where they are not known.</summary>
    public ImmutableDictionary<string, KeptColumns> Kept { get; init; } = ImmutableDictionary<string, KeptColumns>.Empty;

    /// <summary>Which transactions the backup saw, as <c>pg_snapshot</c> prints it; null where that is not known.</summary>
    public string? Snapshot { get; init; }

    /// <summary>The deployment's migrations, whose transactions are not somebody's; null where they wrote in transactions that nobody has noted.</summary>
    public ImmutableArray<string>? Own { get; init; }

    /// <summary>The error's SQLSTATE.</summary>
    public const string SqlState = "MD001";

    const string Mark = "maily_fence:";

    const string Script = """
        do $fence$
        declare
          expected jsonb := {0}; wanted jsonb; found record; rows bigint; checksum text; written jsonb := '[]'; later boolean;
        begin
          for found in select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = any({1}) and c.relkind in ('r', 'p') and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1
          loop
            execute format('lock table only %s in exclusive mode', found.name);
          end loop;
          for found in select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = any({1}) and c.relkind = 'r' and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e') order by 1
          loop
            execute {2} into rows, checksum;
            wanted := expected -> found.name;
            continue when rows = coalesce((wanted ->> 'rows')::bigint, 0) and (wanted is null or checksum = wanted ->> 'checksum');
            later := null;
            if rows = (wanted ->> 'rows')::bigint then
              execute format('select {3}', found.name) into later;
              if not later and wanted ->> 'kept' is not null then
                execute {4} into rows, checksum;
                continue when checksum = wanted ->> 'kept';
              end if;
            end if;
            written := written || jsonb_build_object('table', found.name, 'rows', rows, 'before', coalesce((wanted ->> 'rows')::bigint, 0), 'unclear', later is not true);
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
        var expected = JsonSerializer.Serialize(Expected.ToDictionary(
            table => table.Name,
            table => new { rows = table.Rows, checksum = table.Checksum, columns = Kept.GetValueOrDefault(table.Name)?.Names, kept = Kept.GetValueOrDefault(table.Name)?.Checksum },
            StringComparer.Ordinal));
        var seed = Seed.ToString(CultureInfo.InvariantCulture);
        return TableChecksums.Settings + ";\n" + Script.Replace("{0}", $"{Quoted.Text(expected)}::jsonb", StringComparison.Ordinal)
            .Replace("{1}", $"array[{string.Join(", ", schemas.Select(Quoted.Text))}]::text[]", StringComparison.Ordinal)
            .Replace("{2}", TableChecksums.StatementFor("found.name", seed), StringComparison.Ordinal)
            .Replace("{3}", Later.Replace("'", "''", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("{4}", TableChecksums.StatementFor("found.name", seed, "(select array_agg(value) from jsonb_array_elements_text(wanted -> 'columns'))::text[]"), StringComparison.Ordinal) + "\n";
    }

    // Of an unknown moment no row can be said to be from before.
    string Later => Snapshot is null || Own is not { } own ? "null::boolean"
        : $"exists (select from only %s where (xmin = any (array(select open::xid from pg_snapshot_xip({Quoted.Text(Snapshot)}::pg_snapshot) as open))"
        + $" or age(xmin) <= age(pg_snapshot_xmax({Quoted.Text(Snapshot)}::pg_snapshot)::xid)) and xmin <> all (array(select xid::xid from maily_deploy.applied_migrations where version in ({string.Join(", ", own.Select(Quoted.Text).DefaultIfEmpty("null"))}) and xid is not null)))";

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
            table.GetProperty("table").GetString()!, table.GetProperty("rows").GetInt64(), table.GetProperty("before").GetInt64()) { IsUnclear = table.GetProperty("unclear").GetBoolean() })]);
    }
}

/// <summary>A table that is not what the backup would make of it.</summary>
/// <param name="Name">Schema and name.</param>
/// <param name="Rows">Its rows now.</param>
/// <param name="Before">Its rows in the backup, with this deployment's migrations.</param>
public sealed record WrittenTable(string Name, long Rows, long Before)
{
    /// <summary>Whether it has as many rows as then, and nothing tells who has given them what they hold: the migrations may have.</summary>
    public bool IsUnclear { get; init; }

    /// <inheritdoc/>
    public override string ToString() => (Rows == Before, IsUnclear) switch
    {
        (false, _) => $"{Name} ({Rows} rows now, {Before} then)",
        (true, false) => $"{Name} ({Rows} rows, of which some were changed)",
        (true, true) => $"{Name} ({Rows} rows; whether some were changed cannot be told)",
    };
}

/// <summary>The columns of a table that its migrations have not made.</summary>
/// <param name="Names">Their names.</param>
/// <param name="Checksum">The checksum of these columns alone.</param>
public sealed record KeptColumns(ImmutableArray<string> Names, string Checksum);

/// <summary>Somebody has written since the backup, or may have: it is not restored, and nothing is changed.</summary>
public sealed class RowsWrittenException(ImmutableArray<WrittenTable> tables)
    : DeployException(
        $"{(tables.All(table => table.IsUnclear && table.Rows == table.Before) ? "Rows may have been written since the backup" : "Rows were written since the backup")} and would be lost: {string.Join(", ", tables)}.",
        "Restore it all the same with `./build.sh Rollback --restore-database`, or undo the migrations by hand.")
{
    /// <summary>The tables.</summary>
    public ImmutableArray<WrittenTable> Tables { get; } = tables;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
