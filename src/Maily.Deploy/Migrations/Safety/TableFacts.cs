using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations.Safety;

/// <summary>Size and traffic of a table in the target.</summary>
/// <param name="Table">Schema and name, quoted where needed.</param>
/// <param name="Rows">About so many rows.</param>
/// <param name="Bytes">With indexes and TOAST.</param>
/// <param name="ReadsPerSecond">Scans a second, on average since the statistics began.</param>
/// <param name="WritesPerSecond">Rows written a second, on average.</param>
public sealed record TableFacts(string Table, long Rows, long Bytes, double ReadsPerSecond, double WritesPerSecond)
{
    // A table that was never analyzed has -1: its size alone tells.
    const string Sql = """
        select format('%I.%I', n.nspname, c.relname), (case when c.reltuples >= 0 then c.reltuples else coalesce(s.n_live_tup, 0) end)::bigint, pg_total_relation_size(c.oid),
            (coalesce(s.seq_scan, 0) + coalesce(s.idx_scan, 0)) / since.seconds, (coalesce(s.n_tup_ins, 0) + coalesce(s.n_tup_upd, 0) + coalesce(s.n_tup_del, 0)) / since.seconds
        from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_stat_user_tables s on s.relid = c.oid,
            (select greatest(extract(epoch from clock_timestamp() - coalesce(stats_reset, pg_postmaster_start_time())), 60)::float8 as seconds from pg_stat_database where datname = current_database()) since
        where c.relkind in ('r', 'p', 'm') and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'maily_deploy')
        """;

    /// <summary>Those of all tables, by name.</summary>
    public static async Task<ImmutableDictionary<string, TableFacts>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = connection.CommandOf(Sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var facts = ImmutableDictionary.CreateBuilder<string, TableFacts>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellation))
            facts[reader.GetString(0)] = new(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetDouble(4));
        return facts.ToImmutable();
    }

    /// <summary><c>public.sends (about 1,200,000 rows, 310 MB; 12 reads and 40 writes a second)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Table} (about {Rows:n0} rows, {Bytes / 1e6:n1} MB; {ReadsPerSecond:0.##} reads and {WritesPerSecond:0.##} writes a second)");
}
