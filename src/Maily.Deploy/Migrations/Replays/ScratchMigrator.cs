using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations.Replays;

/// <summary>Applies migrations to a scratch database, which has no journal and no fence.</summary>
static class ScratchMigrator
{
    /// <summary>Writes it into the history, which migrations may ask, and make views of.</summary>
    public static async Task RecordAsync(NpgsqlConnection connection, MigrationFile file, CancellationToken cancellation)
    {
        await connection.RunAsync("reset all", cancellation);
        await connection.RunAsync(MigrationHistory.Insert, cancellation, file.Version, file.Name, file.Statements.Select(statement => statement.Text).ToArray());
    }

    /// <summary>Applies one file, group by group.</summary>
    /// <exception cref="MigrationFailedException">A statement failed.</exception>
    public static async Task ApplyAsync(NpgsqlConnection connection, MigrationFile file, CancellationToken cancellation)
    {
        await connection.RunAsync("reset all", cancellation);
        foreach (var group in MigrationPlan.For(file).Groups)
        {
            if (!group.InTransaction)
            {
                await StatementBatch.RunAsync(connection, file, group.Statements, cancellation);
                continue;
            }

            await using var transaction = await connection.BeginTransactionAsync(group.Isolation, cancellation);
            await StatementBatch.RunAsync(connection, file, group.Statements, cancellation);
            await transaction.CommitAsync(cancellation);
        }
    }
}
