using System.Collections.Immutable;
using System.Text;
using Maily.Deploy.Postgres;

namespace Maily.Deploy.Backups;

/// <summary>
/// How a backup is put back in place: the SQL before and after the dump's own, all of it in one transaction. Only the
/// backup's schemas and those that the application got since are emptied; what extensions own in them stays, and so
/// does every other schema.
/// </summary>
/// <param name="Schemas">The schemas that are filled from the backup.</param>
/// <param name="Newer">The application's schemas that the backup does not know: they are dropped.</param>
/// <param name="Guard">SQL that sets how long locks are waited for, lets statements take their time, and notes what stands in other schemas.</param>
/// <param name="Emptying">SQL that empties, after the guard.</param>
/// <param name="First">SQL that makes what the schemas may stand on outside, as far as it can be made without them; empty where there is none.</param>
/// <param name="Outside">SQL that makes again what fell outside.</param>
/// <param name="Check">SQL that fails where something else fell outside; in one transaction with the guard.</param>
public sealed record RestorePlan(ImmutableArray<string> Schemas, ImmutableArray<string> Newer, string Guard, string Emptying, string First, string Outside, string Check)
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
            union all
            select format('drop collation if exists %s cascade', l.oid::regcollation), l.oid, 'pg_collation'::regclass
            from pg_collation l where l.collnamespace = to_regnamespace({0})
            union all
            select format('drop text search configuration if exists %s cascade', g.oid::regconfig), g.oid, 'pg_ts_config'::regclass
            from pg_ts_config g where g.cfgnamespace = to_regnamespace({0})
            union all
            select format('drop text search dictionary if exists %s cascade', y.oid::regdictionary), y.oid, 'pg_ts_dict'::regclass
            from pg_ts_dict y where y.dictnamespace = to_regnamespace({0})
          ) as thing(sql, oid, class)
          where not exists (select from pg_depend d where d.classid = thing.class and d.objid = thing.oid and d.refobjid <> d.objid and d.deptype in ('e', 'i'));
          if script is not null then
            execute script;
          end if;
        end $empty$;
        """;

    // Tables are made again under the schema's default privileges, which would grant what the application has revoked. The
    // dump sets them again at its end.
    const string NoDefaultPrivileges = """
        do $privileges$
        declare script text;
        begin
          select string_agg(format('alter default privileges for role %I in schema %s revoke all on %s from %s', (select rolname from pg_roles where oid = d.defaclrole), {0},
              case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'types' end,
              case a.grantee when 0 then 'public' else a.grantee::regrole::text end), '; ') into script
          from pg_default_acl d, aclexplode(d.defaclacl) a
          where d.defaclnamespace = to_regnamespace({0}) and pg_has_role(d.defaclrole, 'USAGE');
          if script is not null then
            execute script;
          end if;
        end $privileges$;
        """;

    // What stands in other schemas now. Whatever of it is gone at the end fell by a cascade and was not made again. A partition's copy of
    // a trigger comes and goes with both.
    const string Others = """
        select format('trigger %I on %s', t.tgname, t.tgrelid::regclass) as thing
        from pg_trigger t join pg_class c on c.oid = t.tgrelid where not t.tgisinternal and t.tgparentid = 0 and c.relnamespace::regnamespace::text <> all({0})
        union all
        select format('policy %I on %s', p.polname, p.polrelid::regclass)
        from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace::regnamespace::text <> all({0})
        union all
        select format('constraint %I on %s', k.conname, k.conrelid::regclass)
        from pg_constraint k where k.conrelid <> 0 and k.connamespace::regnamespace::text <> all({0})
        union all
        select format('relation %s', c.oid::regclass) from pg_class c
        where c.relnamespace::regnamespace::text <> all({0}) and c.relnamespace <> pg_my_temp_schema() and c.relkind in ('r', 'p', 'v', 'm', 'f')
        union all
        select format('function %s', p.oid::regprocedure) from pg_proc p where p.pronamespace::regnamespace::text <> all({0})
        union all
        select format('event trigger %I', e.evtname) from pg_event_trigger e
        union all
        select format('default of %s.%I', a.adrelid::regclass, n.attname) from pg_attrdef a join pg_class c on c.oid = a.adrelid
        join pg_attribute n on n.attrelid = a.adrelid and n.attnum = a.adnum where c.relnamespace::regnamespace::text <> all({0})
        """;

    const string NothingElseFell = """
        do $others$
        declare lost text;
        begin
          select string_agg(thing, ', ') into lost from (select thing from pg_temp.maily_others except ({0})) as fallen;
          if lost is not null then
            raise exception 'the restore would destroy outside of its schemas: %', lost using hint = 'Remove them by hand before the restore, and make them again after it.';
          end if;
        end $others$;
        """;

    // Again after the schemas, where it cannot be made before them.
    const string IfItCanBe = """
        do $maily_first$ begin execute {0};
        exception when undefined_table or undefined_object or undefined_function or invalid_schema_name or insufficient_privilege then null; end $maily_first$;

        """;

    /// <summary>Guard and emptying, and what comes before the dump.</summary>
    public string Before => Guard + Emptying + First;

    /// <summary>What fell outside, and the check.</summary>
    public string After => Outside + Check;

    /// <summary>Decides.</summary>
    /// <param name="receipt">The backup.</param>
    /// <param name="present">The application's schemas that the database has now.</param>
    /// <param name="mayFall">What may fall outside with the schemas and is not made again.</param>
    /// <param name="outside">How what stands outside is made again; null: or else nothing is restored.</param>
    public static RestorePlan For(BackupReceipt receipt, IEnumerable<string> present, ImmutableArray<string> mayFall = default, Func<OutsideDependent, string>? outside = null)
    {
        ImmutableArray<string> newer = [.. present.Except(receipt.Schemas, StringComparer.Ordinal)];
        var others = Others.Replace("{0}", $"array[{string.Join(", ", receipt.Schemas.Concat(newer).Select(schema => Quoted.Text(QuoteWhereNeeded(schema))))}]", StringComparison.Ordinal);
        var guard = $"set local search_path = '';\nset local lock_timeout = '10s';\nset local statement_timeout = 0;\nset local client_min_messages = warning;\ncreate temp table maily_others on commit drop as {others};\n";
        if (!mayFall.IsDefaultOrEmpty)
            guard += $"delete from pg_temp.maily_others where thing in ({string.Join(", ", mayFall.Select(Quoted.Text))});\n";
        var before = new StringBuilder();
        foreach (var schema in newer)
            before.Append("drop schema if exists ").Append(Quoted.Name(schema)).Append(" cascade;\n");
        foreach (var schema in receipt.Schemas)
            before.Append(Of(Empty, schema)).Append("\ncreate schema if not exists ").Append(Quoted.Name(schema)).Append(";\n").Append(Of(NoDefaultPrivileges, schema)).Append('\n');
        var (first, after) = (new StringBuilder(), new StringBuilder());
        foreach (var dependent in receipt.Outside.Where(dependent => dependent.ComesFirst))
            first.Append(IfItCanBe.Replace("{0}", Quoted.Text(dependent.Sql), StringComparison.Ordinal));
        foreach (var dependent in receipt.Outside)
            after.Append(outside?.Invoke(dependent) ?? dependent.Sql).Append(";\n");
        var bodies = first.Length == 0 ? "" : $"set local check_function_bodies = off;\n{first}";
        return new(receipt.Schemas, newer, guard, before.ToString(), bodies, after.ToString(), NothingElseFell.Replace("{0}", others, StringComparison.Ordinal) + "\n");
    }

    /// <summary>
    /// The lines of a dump's table of contents that are restored: not the schemas themselves, which stay, and not default
    /// privileges of roles that we are not (Supabase's own), which stay too.
    /// </summary>
    public static IEnumerable<string> Restored(IEnumerable<string> contents, IReadOnlySet<string> ownRoles) => contents.Where(line =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [_, _, _, "SCHEMA", ..] => false,
            [_, _, _, "DEFAULT", "ACL", .., var owner] => ownRoles.Contains(owner),
            _ => true,
        });

    static string Of(string script, string schema) => script.Replace("{0}", Quoted.Text(Quoted.Name(schema)), StringComparison.Ordinal);

    // As regnamespace prints it: quotes only where the name needs them.
    static string QuoteWhereNeeded(string name) =>
        name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') && !char.IsAsciiDigit(name[0]) ? name : Quoted.Name(name);
}
