using System.Data;
using System.Globalization;
using Maily.Deploy.Secrets;
using Npgsql;

namespace Maily.Deploy.SmokeTests;

/// <summary>Runs one try of an SQL probe.</summary>
sealed class SqlProber(NpgsqlDataSource? database, SecretRedactor redactor)
{
    public async Task<ProbeResult> TryAsync(SqlProbe probe, CancellationToken cancellation)
    {
        if (database is null)
            return ProbeResult.Fail("no database is configured for SQL probes");
        try
        {
            var seen = await AskAsync(database, probe.Sql, cancellation);
            return string.Equals(seen, probe.Expected, StringComparison.Ordinal)
                ? ProbeResult.Pass($"answered {redactor.Redact(seen)}")
                : ProbeResult.Fail($"answered {redactor.Redact(seen)} instead of {redactor.Redact(probe.Expected)}");
        }
        catch (NpgsqlException fault)
        {
            return ProbeResult.Fail("the database refused the query", redactor.Redact(fault.Message));
        }
    }

    static async Task<string> AskAsync(NpgsqlDataSource database, string sql, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
        await using var readOnly = new NpgsqlCommand("SET TRANSACTION READ ONLY", connection, transaction);
        await readOnly.ExecuteNonQueryAsync(cancellation);
        await using var query = new NpgsqlCommand(sql, connection, transaction);
        return Convert.ToString(await query.ExecuteScalarAsync(cancellation), CultureInfo.InvariantCulture) ?? "";
    }
}
