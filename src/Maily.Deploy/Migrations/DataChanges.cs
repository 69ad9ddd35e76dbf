using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>What the open transaction has done to rows so far: read before and after a script, it tells what the script does to them.</summary>
sealed record DataChanges(ImmutableDictionary<long, DataChanges.Table> Tables, ImmutableDictionary<(long Table, short Number), DataChanges.Column> Columns)
{
    const string ReadTables = """
        select c.oid::bigint, quote_ident(n.nspname) || '.' || quote_ident(c.relname), pg_relation_filenode(c.oid)::bigint,
            coalesce(pg_stat_get_xact_tuples_updated(c.oid) + pg_stat_get_xact_tuples_deleted(c.oid), 0)
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and c.relpersistence <> 't' and n.nspname not in ('pg_catalog', 'information_schema', 'maily_deploy', 'supabase_migrations')
        """;

    const string ReadColumns = """
        select a.attrelid::bigint, a.attnum, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid)
        from pg_catalog.pg_attribute a left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attgenerated = '' and a.attnum > 0 and not a.attisdropped and a.attrelid = any ($1::oid[])
        """;

    /// <summary>A table with its qualified name, the file that holds its rows, and how many rows were changed or deleted.</summary>
    internal sealed record Table(string Name, long? File, long Changed);

    /// <summary>A column with its quoted name, and the expression of its default; null where it has none.</summary>
    internal sealed record Column(string Name, string Type, string? Default);

    /// <summary>Reads it.</summary>
    public static async Task<DataChanges> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var tables = ImmutableDictionary.CreateBuilder<long, Table>();
        await using (var command = connection.CommandOf(ReadTables))
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
            while (await reader.ReadAsync(cancellation))
                tables.Add(reader.GetInt64(0), new(reader.GetString(1), await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetInt64(2), reader.GetInt64(3)));
        var columns = ImmutableDictionary.CreateBuilder<(long, short), Column>();
        await using (var command = connection.CommandOf(ReadColumns, (object)tables.Keys.ToArray()))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                columns.Add((reader.GetInt64(0), reader.GetInt16(1)), new(reader.GetString(2), reader.GetString(3), await reader.IsDBNullAsync(4, cancellation) ? null : reader.GetString(4)));
        }

        return new(tables.ToImmutable(), columns.ToImmutable());
    }

    /// <summary>
    /// What is gone afterwards, and which rows hold something there that is no default. By number and not by name: what was dropped
    /// and made again under the same name has lost its rows all the same.
    /// </summary>
    public IEnumerable<(string Table, string Condition)> DroppedIn(DataChanges after)
    {
        foreach (var table in Tables.Where(table => !after.Tables.ContainsKey(table.Key)).OrderBy(table => table.Key))
            yield return (table.Value.Name, "true");
        foreach (var columns in Columns.Where(column => after.Tables.ContainsKey(column.Key.Table) && !after.Columns.ContainsKey(column.Key))
            .GroupBy(column => column.Key.Table, column => column.Value).OrderBy(columns => columns.Key))
            yield return (Tables[columns.Key].Name, string.Join(" or ", columns.Select(Holds)));
    }

    // As texts: json, xml and point cannot be compared.
    static string Holds(Column column) => column.Default is null ? $"{column.Name} is not null" : $"{column.Name}::text is distinct from ({column.Default})::{column.Type}::text";

    /// <summary>The tables that are still there afterwards and whose rows were changed, deleted or written anew.</summary>
    public IEnumerable<WrittenRows> WrittenIn(DataChanges after) =>
        from table in Tables
        where after.Tables.TryGetValue(table.Key, out var then) && (then.Changed > table.Value.Changed || then.File != table.Value.File)
        let columns = (from column in Columns
                       where column.Key.Table == table.Key && after.Columns.ContainsKey(column.Key)
                       orderby column.Key.Number
                       select (column.Value.Name, Then: after.Columns[column.Key].Name, column.Value.Type)).ToImmutableArray()
        where !columns.IsEmpty
        orderby table.Key
        select new WrittenRows(
            table.Value.Name, after.Tables[table.Key].Name, $"maily_down_{table.Key}",
            string.Join(", ", columns.Select((column, place) => $"{column.Name}::text as c{place}")),
            string.Join(", ", columns.Select(column => $"{column.Then}::{column.Type}::text")));
}

/// <summary>A table that a script writes to.</summary>
/// <param name="Name">Its qualified name.</param>
/// <param name="NameAfter">The one that it has afterwards.</param>
/// <param name="Kept">A name for the rows that are kept meanwhile.</param>
/// <param name="Before">The columns that stay, as text.</param>
/// <param name="After">The same ones afterwards, in the type that they had.</param>
sealed record WrittenRows(string Name, string NameAfter, string Kept, string Before, string After);
