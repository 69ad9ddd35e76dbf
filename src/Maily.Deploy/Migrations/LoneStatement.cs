using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>
/// Runs a statement that cannot run in a transaction. The migration's mark says beforehand that what comes before it is done, so that a
/// kill in the statement, or right after it, does not look as if nothing had been begun.
/// </summary>
sealed class LoneStatement(DatabaseWriter database, string environment, MigrationFile file, StatementGroup group, TimeProvider time, ILogger log)
{
    // Far longer than what has no rows to write takes; whoever cancelled waits for it.
    static readonly TimeSpan Cleaning = TimeSpan.FromSeconds(20);

    SqlStatement Statement => file.Statements[Before];

    int Before => group.Statements[0];

    /// <summary>Runs it and marks it as done.</summary>
    /// <param name="connection">The session.</param>
    /// <param name="mayBeDone">Whether an interrupted run may have got through it.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="MigrationFailedException">It failed.</exception>
    public async Task RunAsync(NpgsqlConnection connection, bool mayBeDone, CancellationToken cancellation)
    {
        if (mayBeDone && await ConcurrentIndex.IsDoneAsync(connection, Statement, cancellation))
            log.LogInformation("{Migration}: `{Statement}` was done before the interruption", file.Title, Statement.FirstWords(9));
        else
            await BeginAsync(connection, mayBeDone, cancellation);
        await database.InFencedTransactionAsync(connection, environment, (_, token) => MarkAsync(connection, group.Done, token), cancellation);
    }

    async Task BeginAsync(NpgsqlConnection connection, bool mayBeDone, CancellationToken cancellation)
    {
        // An index of that name that serves already is another's: without a mark, no undoing takes it for ours.
        var index = ConcurrentIndex.MadeBy(Statement);
        var isOthers = index is not null && !mayBeDone && await index.IsValidAsync(connection, cancellation);
        await database.InFencedTransactionAsync(connection, environment, async (_, token) =>
        {
            await EnvironmentMarker.WriteAsync(connection, environment, token);
            if (!isOthers)
                await MarkAsync(connection, Before, token);
        }, cancellation);
        Task RunAsync() => StatementAsync(connection, index, mayBeDone, cancellation);
        await (PatientSession.IsFor(Statement) ? PatientSession.RunAsync(connection, RunAsync, cancellation) : RunAsync());
    }

    async Task StatementAsync(NpgsqlConnection connection, ConcurrentIndex? index, bool mayBeDone, CancellationToken cancellation)
    {
        if (index is not null)
            await InvalidIndexes.DropAsync(connection, await index.LeftAsync(connection, cancellation), cancellation);
        var invalid = await InvalidIndexes.ReadAsync(connection, cancellation);
        try
        {
            await database.Permit.BoundAsync(token => StatementBatch.RunAsync(connection, file, group.Statements, token), cancellation);
        }
        catch (MigrationFailedException)
        {
            await CleanAsync(connection, index, invalid, token => HasDoneNothingAsync(connection, index, mayBeDone, token));
            throw;
        }
        catch (OperationCanceledException)
        {
            // It may have been done just then: the mark stays.
            await CleanAsync(connection, index, invalid, _ => Task.FromResult(false));
            throw;
        }
    }

    // What goes wrong here must not hide why the statement ended.
    async Task CleanAsync(NpgsqlConnection connection, ConcurrentIndex? index, List<string> invalid, Func<CancellationToken, Task<bool>> hasDoneNothing)
    {
        using var limit = new CancellationTokenSource(Cleaning, time);
        try
        {
            await database.Permit.BoundAsync(async token => await InvalidIndexes.DropAsync(connection,
                index is null ? await InvalidIndexes.NewAsync(connection, invalid, token) : await index.LeftAsync(connection, token), token), limit.Token);
            if (Before == 0 && await hasDoneNothing(limit.Token))
                await database.InFencedTransactionAsync(connection, environment, (_, token) => connection.RunAsync(MigrationMark.Delete, token, file.Version), limit.Token);
        }
        catch (Exception left) when (left is NpgsqlException or InvalidOperationException or OperationCanceledException or DeployException)
        {
            log.LogWarning("{Migration}: `{Statement}` has ended, and what it may have left (`select indexrelid::regclass from pg_index where not indisvalid`) could not be dropped: {Reason}",
                file.Title, Statement.FirstWords(9), left.Message);
        }
    }

    // An index of its name after an interrupted run may be the one that run has made, though it is not recognised: the mark stays.
    async Task<bool> HasDoneNothingAsync(NpgsqlConnection connection, ConcurrentIndex? index, bool mayBeDone, CancellationToken cancellation) =>
        LeavesNothing && (!mayBeDone || !Statement.StartsWith("CREATE") || (index is not null && (await index.AnyAsync(connection, cancellation)).Count == 0));

    // A block that commits by itself has done a part, an index may be gone, a partition may be half detached.
    bool LeavesNothing => Statement.StartsWith("CREATE", "INDEX|UNIQUE") || Statement.StartsWith("REINDEX|VACUUM|CLUSTER");

    Task MarkAsync(NpgsqlConnection connection, int done, CancellationToken cancellation) =>
        connection.RunAsync(MigrationMark.Upsert, cancellation, file.Version, database.Permit.Deployment.Value, database.Permit.FencingNumber, done, false);
}
