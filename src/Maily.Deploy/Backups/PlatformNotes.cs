using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>
/// What migrations make in Supabase's part of a database and no restore takes back: extensions, storage buckets, scheduled jobs,
/// publications, triggers on Supabase's tables that call no function of the application's. It is only noted, so that a difference is found.
/// </summary>
static class PlatformNotes
{
    const string Extensions = "select array[format('extension %I', extname), format('%s in %s', extversion, extnamespace::regnamespace)] from pg_extension";

    const string Buckets = "select array['bucket ' || (to_jsonb(b) ->> 'id'), md5((to_jsonb(b) - 'updated_at')::text)] from storage.buckets b";

    const string Jobs = "select array['scheduled job ' || coalesce(to_jsonb(j) ->> 'jobname', to_jsonb(j) ->> 'jobid'), md5(to_jsonb(j)::text)] from cron.job j";

    static readonly string Platform = $"({string.Join(", ", ApplicationSchemas.LeftOut.Remove(MailySchema.Name).Select(Quoted.Text))})";

    // The application's own tables' places in them are made again. Schemas have places since version 15.
    static readonly string Publications = $$"""
        select array[format('publication %I', p.pubname), md5(concat_ws(' ', (to_jsonb(p) - 'oid')::text,
            (select string_agg((to_jsonb(r) - 'oid')::text, ' ' order by r.prrelid) from pg_publication_rel r join pg_class c on c.oid = r.prrelid join pg_namespace n on n.oid = c.relnamespace
                where r.prpubid = p.oid and n.nspname in {{Platform}}){schemas}))]
        from pg_publication p
        """;

    const string PublishedSchemas = ", (select string_agg(s.pnnspid::text, ' ' order by s.pnnspid) from pg_publication_namespace s where s.pnpubid = p.oid)";

    // Those that call the application's own functions are made again; what is on an extension's table is the extension's.
    static readonly string Triggers = $"""
        select array[format('trigger %I on %s', t.tgname, t.tgrelid::regclass), format('%s %s', pg_get_triggerdef(t.oid), t.tgenabled)]
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace join pg_proc p on p.oid = t.tgfoid join pg_namespace f on f.oid = p.pronamespace
        where not t.tgisinternal and t.tgparentid = 0 and n.nspname in {Platform} and (f.nspname in {Platform} or f.nspname ~ '^pg_') and p.oid not in ({OutsideQuery.OwnRoutines})
            and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
        """;

    // Not by to_regclass, which fails for a schema that the role may not use.
    const string IsReadable = """
        select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and c.relname = $2
        """;

    /// <summary>Reads them, by name; the connection's search_path is empty.</summary>
    public static async Task<ImmutableSortedDictionary<string, string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var notes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var publications = Publications.Replace("{schemas}", connection.PostgreSqlVersion.Major < 15 ? "" : PublishedSchemas, StringComparison.Ordinal);
        foreach (var (schema, table, sql) in new[]
        {
            ("pg_catalog", "pg_extension", Extensions), ("storage", "buckets", Buckets), ("cron", "job", Jobs), ("pg_catalog", "pg_publication", publications), ("pg_catalog", "pg_trigger", Triggers),
        })
        {
            if (!await connection.FindAsync<bool>(IsReadable, cancellation, schema, table))
                continue;
            foreach (var note in await connection.ListAsync<string[]>(sql, cancellation))
                notes[note[0]] = note[1];
        }

        return notes.ToImmutable();
    }
}

/// <summary>What stands outside of the application's schemas otherwise than at a backup: a restore leaves it as it is.</summary>
static class OutsideChanges
{
    /// <summary>Says it.</summary>
    /// <param name="settings">The database.</param>
    /// <param name="receipt">The backup's receipt.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <returns>A sentence for people; null where all is as it was.</returns>
    public static async Task<string?> SinceAsync(DatabaseSettings settings, BackupReceipt receipt, CancellationToken cancellation)
    {
        if (receipt.Platform is not { } platform)
            return "Whether all outside of the application's schemas is as it was then cannot be told, since a former version made the backup: look at it by hand.";
        await using var connection = await new ReadOnlyDatabase(settings).OpenAsync(cancellation);
        await connection.RunAsync("set search_path = ''", cancellation);
        var present = await OutsideQuery.ReadAsync(connection, await ApplicationSchemas.ReadAsync(connection, cancellation), cancellation);
        ImmutableArray<string> changed = [.. Compare(platform, await PlatformNotes.ReadAsync(connection, cancellation)), .. Compare(ByName(receipt.Outside), ByName(present))];
        return changed.IsEmpty ? null : $"Outside of the application's schemas, which a restore leaves alone, not all is as it was then: {string.Join(", ", changed)}. Undo that by hand.";
    }

    static Dictionary<string, string> ByName(IEnumerable<OutsideDependent> dependents) => dependents.ToDictionary(dependent => dependent.Name, dependent => dependent.Sql, StringComparer.Ordinal);

    static IEnumerable<string> Compare(IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
        from name in then.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
        let was = then.GetValueOrDefault(name)
        let isNow = now.GetValueOrDefault(name)
        where was != isNow
        select was is null ? $"{name} is there" : isNow is null ? $"{name} is missing" : $"{name} is another";
}
