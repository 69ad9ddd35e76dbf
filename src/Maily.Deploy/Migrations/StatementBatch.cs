using System.Collections.Immutable;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>Statements of a migration in one batch of the extended protocol, as the Supabase CLI sends them.</summary>
static class StatementBatch
{
    /// <summary>Runs them.</summary>
    /// <exception cref="MigrationFailedException">One failed; it says which.</exception>
    public static async Task RunAsync(NpgsqlConnection connection, MigrationFile file, ImmutableArray<int> indexes, CancellationToken cancellation)
    {
        var run = indexes.Where(index => !file.Statements[index].IsEmpty && !TransactionMode.IsSetBy(file.Statements[index])).ToImmutableArray();
        if (run.IsEmpty)
            return;
        // The server's own statement_timeout is the bound; a client's would leave the statement running.
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        foreach (var index in run)
            batch.BatchCommands.Add(new(file.Statements[index].Text));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error) when (error.SqlState != PostgresErrorCodes.QueryCanceled || !cancellation.IsCancellationRequested)
        {
            var failed = error.BatchCommand is NpgsqlBatchCommand command ? batch.BatchCommands.IndexOf(command) : 0;
            throw MigrationFailedException.Of(file, run[failed], error);
        }
    }
}
