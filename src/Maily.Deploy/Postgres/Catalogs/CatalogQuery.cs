namespace Maily.Deploy.Postgres.Catalogs;

/// <summary>The query that reads a catalog; its parameter names the application's schemas.</summary>
static class CatalogQuery
{
    // What an extension brought belongs to the extension. Rights that an owner has anyway are left out: owners' names differ where
    // a scratch server has other roles.
    const string Start = """
        with own as (select oid, nspname from pg_namespace where nspname = any($1)),
        brought as (select classid, objid from pg_depend where deptype = 'e'),
        relation as (
            select c.*, format('%I.%I', n.nspname, c.relname) as name from pg_class c join own n on n.oid = c.relnamespace
            where not exists (select from brought b where b.classid = 'pg_class'::regclass and b.objid = c.oid)),
        tables as (select * from relation where relkind in ('r', 'p', 'f')),
        routine as (
            select p.* from pg_proc p join own n on n.oid = p.pronamespace
            where not exists (select from brought b where b.classid = 'pg_proc'::regclass and b.objid = p.oid)),
        type as (
            select t.*, format('%I.%I', n.nspname, t.typname) as name from pg_type t join own n on n.oid = t.typnamespace
            where not exists (select from brought b where b.classid = 'pg_type'::regclass and b.objid = t.oid)),
        granted as (
            select 'relation ' || name as name, relowner as owner, coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)) as acl, relispartition as partition from relation where relkind in ('r', 'p', 'f', 'v', 'm', 'S')
            union all select format('column %s.%I', r.name, a.attname), relowner, a.attacl, relispartition from tables r join pg_attribute a on a.attrelid = r.oid where a.attacl is not null and not a.attisdropped
            union all select 'function ' || p.oid::regprocedure, proowner, coalesce(proacl, acldefault('f', proowner)), false from routine p
            union all select 'type ' || name, typowner, typacl, false from type where typacl is not null
            union all select format('schema %I', s.nspname), nspowner, coalesce(nspacl, acldefault('n', nspowner)), false from pg_namespace s where s.nspname = any($1))
        """;

    const string Tables = """
        select 'schema' as kind, format('%I', nspname) as name, null as definition, false as partition from own where nspname <> 'public'
        union all select case relkind when 'f' then 'foreign table' else 'table' end, r.name,
            concat_ws(' ', case relpersistence when 'u' then 'unlogged' end, case when relkind = 'p' then 'partition by ' || pg_get_partkeydef(oid) end,
                case when relispartition then pg_get_expr(relpartbound, oid) end, case when relreplident <> 'd' then 'replica identity ' || relreplident::text end, reloptions::text), relispartition from tables r
        union all select 'row-level security', r.name, concat_ws(' ', case when relrowsecurity then 'on' else 'off' end, case when relforcerowsecurity then 'forced' end), relispartition from tables r
        union all select 'column', format('%s.%I', r.name, a.attname),
            concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                case when a.attcollation <> t.typcollation then 'collate ' || a.attcollation::regcollation end,
                case a.attgenerated when 's' then 'generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ')' else 'default ' || pg_get_expr(d.adbin, d.adrelid) end,
                case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end), relispartition
            from tables r join pg_attribute a on a.attrelid = r.oid join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = r.oid and d.adnum = a.attnum
            where a.attnum > 0 and not a.attisdropped
        union all select 'constraint', format('%s.%I', r.name, k.conname), pg_get_constraintdef(k.oid), relispartition from pg_constraint k join tables r on r.oid = k.conrelid where k.contype <> 't'
                and (k.contype <> 'f' or k.conparentid = 0 or relispartition) -- one more for each partition of the table that it refers to
        union all select 'index', i.name, concat_ws(' ', pg_get_indexdef(x.indexrelid), case when not x.indisvalid then 'INVALID' end, case when x.indisclustered then 'clustered' end), t.relispartition
            from pg_index x join relation i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
        union all select 'statistics', format('%I.%I', s.stxnamespace::regnamespace::text, s.stxname), pg_get_statisticsobjdef(s.oid), relispartition from pg_statistic_ext s join tables r on r.oid = s.stxrelid
        """;

    const string Code = """
        union all select case relkind when 'v' then 'view' else 'materialized view' end, r.name, concat_ws(' ', pg_get_viewdef(oid), reloptions::text), false from relation r where relkind in ('v', 'm')
        union all select 'function', p.oid::regprocedure::text, case when prokind = 'a' then 'aggregate ' || pg_get_function_result(p.oid) else pg_get_functiondef(p.oid) end, false from routine p
        union all select 'trigger', format('%I on %s', t.tgname, t.tgrelid::regclass), concat_ws(' ', pg_get_triggerdef(t.oid), case when t.tgenabled <> 'O' then 'enabled ' || t.tgenabled::text end), c.relispartition
            from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc f on f.oid = t.tgfoid
            where not t.tgisinternal and (c.relnamespace in (select oid from own) or f.pronamespace in (select oid from own))
        union all select 'event trigger', format('%I', e.evtname), concat_ws(' ', 'on', e.evtevent, e.evttags::text, 'execute', e.evtfoid::regprocedure, case when e.evtenabled <> 'O' then 'enabled ' || e.evtenabled::text end), false
            from pg_event_trigger e where e.evtfoid in (select oid from routine)
        union all select 'rule', format('%I on %s', w.rulename, r.name), pg_get_ruledef(w.oid), relispartition from pg_rewrite w join relation r on r.oid = w.ev_class where w.rulename <> '_RETURN'
        union all select 'policy', format('%I on %s', p.polname, p.polrelid::regclass),
            concat_ws(' ', case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
                (select 'to ' || string_agg(case r when 0 then 'public' else r::regrole::text end, ', ' order by case r when 0 then 'public' else r::regrole::text end) from unnest(p.polroles) r),
                'using ' || pg_get_expr(p.polqual, p.polrelid), 'with check ' || pg_get_expr(p.polwithcheck, p.polrelid)), c.relispartition
            from pg_policy p join pg_class c on c.oid = p.polrelid
        union all select 'publication', format('%I of %s', p.pubname, r.name), null, false from pg_publication_rel m join pg_publication p on p.oid = m.prpubid join tables r on r.oid = m.prrelid
        """;

    const string Types = """
        union all select 'enum', name, (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder) from pg_enum where enumtypid = t.oid), false from type t where typtype = 'e'
        union all select 'domain', name, concat_ws(' ', format_type(typbasetype, typtypmod), case when typnotnull then 'not null' end, 'default ' || typdefault,
            (select string_agg(pg_get_constraintdef(k.oid), ' ' order by k.conname) from pg_constraint k where k.contypid = t.oid)), false from type t where typtype = 'd'
        union all select 'type', t.name, (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum) from pg_attribute a where a.attrelid = c.oid and not a.attisdropped), false
            from type t join pg_class c on c.oid = t.typrelid where c.relkind = 'c'
        union all select 'range', t.name, format_type(r.rngsubtype, null), false from type t join pg_range r on r.rngtypid = t.oid
        union all select 'sequence', r.name, format('%s start %s by %s from %s to %s%s', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, case when s.seqcycle then ' cycle' end), false
            from pg_sequence s join relation r on r.oid = s.seqrelid
        union all select 'extension', format('%I', extname), 'in ' || extnamespace::regnamespace, false from pg_extension
        union all select 'grant', format('%s on %s', case a.grantee when 0 then 'public' else a.grantee::regrole::text end, g.name),
            string_agg(a.privilege_type || case when a.is_grantable then ' with grant option' else '' end, ', ' order by a.privilege_type), g.partition
            from granted g, aclexplode(g.acl) a where a.grantee <> g.owner group by a.grantee, g.name, g.partition
        union all select 'default grant', format('%s on %s in %I', case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
                case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end, n.nspname) || ' by ' || d.defaclrole::regrole,
            string_agg(a.privilege_type, ', ' order by a.privilege_type), false
            from pg_default_acl d join own n on n.oid = d.defaclnamespace, aclexplode(d.defaclacl) a group by a.grantee, d.defaclobjtype, n.nspname, d.defaclrole
        """;

    /// <summary>Columns: kind, name, definition (may be null), whether it belongs to a partition.</summary>
    public const string Sql = $"{Start}\n{Tables}\n{Code}\n{Types}";
}
