using System.Collections.Immutable;
using System.Text;

namespace Maily.Deploy.Backups;

/// <summary>
/// How a backup is put back in place: the SQL before and after the dump's own, all of it in one transaction. Only the
/// backup's schemas and those that the application got since are emptied; what extensions own in them stays, and so
/// does every other schema.
/// </summary>
/// <param name="Schemas">The schemas that are filled from the backup.</param>
/// <param name="Newer">The application's schemas that the backup does not know: they are dropped.</param>
/// <param name="Before">SQL that empties.</param>
/// <param name="After">SQL that makes again what fell outside.</param>
public sealed record RestorePlan(ImmutableArray<string> Schemas, ImmutableArray<string> Newer, string Before, string After)
{
    // Not DROP SCHEMA ... CASCADE: that would take extensions along which live in the schema. The statements are composed
    // before the first one runs: a name that is looked up after its object has gone is a number.
    const string Empty = """
        do $empty$
        declare script text;
        begin
          select string_agg(thing.sql, '; ' order by thing.class, thing.oid) into script from (
            select format('drop %s if exists %s cascade', case c.relkind when 'v' then 'view' when 'm' then 'materialized view'
                when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end, c.oid::regclass), c.oid, 'pg_class'::regclass::oid
            from pg_class c where c.relnamespace = to_regnamespace({0}) and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
            union all
            select format('drop routine if exists %s cascade', p.oid::regprocedure), p.oid, 'pg_proc'::regclass
            from pg_proc p where p.pronamespace = to_regnamespace({0})
            union all
            select format('drop %s if exists %s cascade', case t.typtype when 'd' then 'domain' else 'type' end, t.oid::regtype), t.oid, 'pg_type'::regclass
            from pg_type t left join pg_class c on c.oid = t.typrelid
            where t.typnamespace = to_regnamespace({0}) and t.typelem = 0 and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
          ) as thing(sql, oid, class)
          where not exists (select from pg_depend d where d.classid = thing.class and d.objid = thing.oid and d.refobjid <> d.objid and d.deptype in ('e', 'i'));
          if script is not null then
            execute script;
          end if;
        end $empty$;
        """;

    /// <summary>Decides.</summary>
    /// <param name="receipt">The backup.</param>
    /// <param name="present">The application's schemas that the database has now.</param>
    public static RestorePlan For(BackupReceipt receipt, IEnumerable<string> present)
    {
        ImmutableArray<string> newer = [.. present.Except(receipt.Schemas, StringComparer.Ordinal)];
        var before = new StringBuilder("set local search_path = '';\nset local lock_timeout = '10s';\nset local client_min_messages = warning;\n");
        foreach (var schema in newer)
            before.Append("drop schema if exists ").Append(QuoteName(schema)).Append(" cascade;\n");
        foreach (var schema in receipt.Schemas)
            before.Append(Empty.Replace("{0}", QuoteText(QuoteName(schema)), StringComparison.Ordinal)).Append("\ncreate schema if not exists ").Append(QuoteName(schema)).Append(";\n");
        var after = string.Concat(receipt.Outside.Select(dependent => $"{dependent.Sql};\n"));
        return new(receipt.Schemas, newer, before.ToString(), after);
    }

    /// <summary>The lines of a dump's table of contents without the entries for the schemas themselves, which stay.</summary>
    public static IEnumerable<string> WithoutSchemas(IEnumerable<string> contents) =>
        contents.Where(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries) is not [_, _, _, "SCHEMA", ..]);

    static string QuoteName(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    static string QuoteText(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
