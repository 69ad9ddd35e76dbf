using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// What the application has outside of its schemas: routines and policies in Supabase's own, triggers there that call its functions,
/// event triggers that do, places of its tables in publications.
/// </summary>
static class OutsideQuery
{
    /// <summary>
    /// Numbers of the routines that the role has made in a schema of Supabase's which is not its own; those of extensions are not among them,
    /// nor what lies where the role may not go: that is Supabase's, though the role owns it.
    /// </summary>
    public static readonly string OwnRoutines = $"""
        select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ({string.Join(", ", ApplicationSchemas.LeftOut.Except([MailySchema.Name, "pgbouncer"]).Select(Quoted.Text))}) and p.proowner = current_user::regrole and n.nspowner <> p.proowner
            and has_schema_privilege(n.oid, 'usage') and p.prokind <> 'a' and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
        """;

    // Whatever the search_path of whoever looks is.
    const string Arguments = """
        array(select format('%I.%I', s.nspname, t.typname) from unnest(p.proargtypes) with ordinality a(type, place) join pg_type t on t.oid = a.type join pg_namespace s on s.oid = t.typnamespace order by a.place)::text
        """;

    // By names, not by to_regclass and to_regprocedure: these fail for a schema that the role may not use.
    static readonly string RoutineIs = Quoted.Text(
        $"select from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = %L and p.proname = %L and {Arguments.Replace("%", "%%", StringComparison.Ordinal)} = %L");

    // Made under default privileges, a routine may have more rights than it had: first they go, PUBLIC's among them.
    const string WithoutRights = """
        'do $maily_rights$ declare grantee text; begin for grantee in select case a.grantee when 0 then ''public'' else a.grantee::regrole::text end
            from pg_proc p, aclexplode(coalesce(p.proacl, acldefault(''f'', p.proowner))) a where p.oid = to_regprocedure(%1$L) and a.grantee <> p.proowner
            loop execute format(''revoke all on routine %%s from %%s'', %1$L, grantee); end loop; end $maily_rights$'
        """;

    // Only kinds that Supabase projects have in practice; a restore refuses what it cannot make again. What stands already is left as
    // it is: not all of it falls with the application's schemas. Routines come first, since others stand on them.
    static readonly string Sql = $$"""
        with own_routine as ({{OwnRoutines}})
        select thing.name, format('do $maily_outside$ begin if not exists (%s) then execute %L; end if; end $maily_outside$', thing.present, thing.sql), thing.place = 0
        from (
            select 0, format('function %s', p.oid::regprocedure), format({{RoutineIs}}, n.nspname, p.proname, {{Arguments}}),
                concat_ws('; ', pg_get_functiondef(p.oid), format({{WithoutRights}}, p.oid::regprocedure),
                    (select string_agg(format('grant execute on routine %s to %s', p.oid::regprocedure, g.name), '; ' order by g.name)
                        from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a, lateral (select case a.grantee when 0 then 'public' else a.grantee::regrole::text end) g(name) where a.grantee <> p.proowner))
            from pg_proc p join own_routine on own_routine.oid = p.oid join pg_namespace n on n.oid = p.pronamespace
            union all
            select 1, format('policy %I on %s', p.polname, p.polrelid::regclass), format({{OnTable("pg_policy y", "y.polrelid")}} || ' and y.polname = %L', n.nspname, c.relname, p.polname),
                concat_ws(' ', format('create policy %I on %s as %s for %s to %s', p.polname, p.polrelid::regclass, case when p.polpermissive then 'permissive' else 'restrictive' end,
                    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
                    (select string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by case r when 0 then 'public' else r::regrole::text end) from unnest(p.polroles) r)),
                    'using (' || pg_get_expr(p.polqual, p.polrelid) || ')', 'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
            from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname <> all($1) and n.nspname <> '{{MailySchema.Name}}' and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            union all
            select 1, format('trigger %I on %s', t.tgname, t.tgrelid::regclass), format({{OnTable("pg_trigger g", "g.tgrelid")}} || ' and g.tgname = %L', n.nspname, c.relname, t.tgname), pg_get_triggerdef(t.oid)
            from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
            join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace
            where not t.tgisinternal and t.tgparentid = 0 and n.nspname <> all($1) and (f.nspname = any($1) or p.oid in (select oid from own_routine))
            union all
            select 1, format('%s in publication %I', r.prrelid::regclass, p.pubname),
                format({{OnTable("pg_publication_rel m join pg_publication b on b.oid = m.prpubid", "m.prrelid")}} || ' and b.pubname = %L', n.nspname, c.relname, p.pubname),
                format('alter publication %I add table only %s', p.pubname, r.prrelid::regclass) {filter}
            from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
            join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace where n.nspname = any($1)
            union all
            select 2, format('event trigger %I', e.evtname), format('select from pg_event_trigger where evtname = %L', e.evtname),
                concat_ws('; ', format('create event trigger %I on %s %s execute function %s()', e.evtname, e.evtevent,
                    'when tag in (' || (select string_agg(quote_literal(tag), ', ') from unnest(e.evttags) tag) || ')', e.evtfoid::regproc),
                    case e.evtenabled when 'D' then format('alter event trigger %I disable', e.evtname) when 'R' then format('alter event trigger %I enable replica', e.evtname)
                        when 'A' then format('alter event trigger %I enable always', e.evtname) end)
            from pg_event_trigger e join pg_proc p on p.oid = e.evtfoid join pg_namespace f on f.oid = p.pronamespace
            where f.nspname = any($1) or p.oid in (select oid from own_routine)
        ) as thing(place, name, present, sql) order by thing.place, thing.name
        """;

    // Servers have them since 15.
    const string Filter = """
        || coalesce((select ' (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')' from pg_attribute a where a.attrelid = r.prrelid and a.attnum = any(r.prattrs)), '')
        || coalesce(' where (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')
        """;

    /// <summary>Reads it, in the order in which it can be made; the connection's search_path is empty.</summary>
    /// <param name="connection">Open on the database.</param>
    /// <param name="schemas">The application's schemas.</param>
    /// <param name="cancellation">Aborts.</param>
    public static async Task<List<OutsideDependent>> ReadAsync(NpgsqlConnection connection, IEnumerable<string> schemas, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf(Sql.Replace("{filter}", connection.PostgreSqlVersion.Major < 15 ? "" : Filter, StringComparison.Ordinal), (object)schemas.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var dependents = new List<OutsideDependent>();
        while (await reader.ReadAsync(cancellation))
            dependents.Add(new(reader.GetString(0), reader.GetString(1)) { ComesFirst = reader.GetBoolean(2) });
        return dependents;
    }

    static string OnTable(string rows, string table) =>
        Quoted.Text($"select from {rows} join pg_class c on c.oid = {table} join pg_namespace n on n.oid = c.relnamespace where n.nspname = %L and c.relname = %L");
}
