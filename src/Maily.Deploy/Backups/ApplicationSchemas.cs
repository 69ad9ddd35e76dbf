using System.Collections.Immutable;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Backups;

/// <summary>Which schemas are the application's: all but PostgreSQL's, Supabase's own and ours.</summary>
public static class ApplicationSchemas
{
    /// <summary>The schema of the migration history: not the application's, but backed up and restored with it.</summary>
    public const string History = "supabase_migrations";

    /// <summary>What Supabase manages itself, and our own <c>maily_deploy</c>.</summary>
    public static ImmutableSortedSet<string> LeftOut { get; } = ImmutableSortedSet.Create(StringComparer.Ordinal,
        MailySchema.Name, "information_schema", "_analytics", "_realtime", "_supavisor", "auth", "cron", "dbdev", "etl", "extensions", "graphql",
        "graphql_public", "net", "pgbouncer", "pgmq", "pgsodium", "pgsodium_masks", "pgtle", "realtime", "repack", "storage",
        "supabase_functions", "tiger", "tiger_data", "timescaledb_experimental", "timescaledb_information", "topology", "vault");

    const string Sql = "select nspname::text from pg_namespace where nspname !~ '^pg_' order by nspname";

    /// <summary>The schemas that are there and are backed up, in order of name.</summary>
    public static async Task<ImmutableArray<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        [.. (await connection.ListAsync<string>(Sql, cancellation)).Where(schema => !LeftOut.Contains(schema))];
}
