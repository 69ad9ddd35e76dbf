using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>What a failed or killed <c>CREATE INDEX CONCURRENTLY</c> leaves: an index that costs writes and serves nobody, and blocks a retry by its name.</summary>
static class InvalidIndexes
{
    // One that somebody builds just now is not valid either. Of another role's build nobody is told which index it is.
    const string Sql = """
        select x.indexrelid::regclass::text from pg_index x where not x.indisvalid and not exists (select from pg_stat_progress_create_index p
            where p.datname = current_database() and p.pid <> pg_backend_pid() and (p.index_relid = x.indexrelid or p.index_relid is null))
        """;

    public static Task<List<string>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.ListAsync<string>(Sql, cancellation);

    /// <summary>Those that were not there before.</summary>
    public static async Task<List<string>> NewAsync(NpgsqlConnection connection, List<string> before, CancellationToken cancellation) =>
        [.. (await ReadAsync(connection, cancellation)).Except(before, StringComparer.Ordinal)];

    /// <summary>Drops indexes by name, without locking anybody out.</summary>
    public static async Task DropAsync(NpgsqlConnection connection, IEnumerable<string> indexes, CancellationToken cancellation)
    {
        foreach (var index in indexes)
        {
            await using var command = connection.CommandOf($"drop index concurrently if exists {index}");
            // It may wait for others; the server's own statement_timeout is the bound.
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
