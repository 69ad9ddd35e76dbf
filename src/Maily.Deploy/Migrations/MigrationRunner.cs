using Maily.Deploy.Migrations.Replays;
using Maily.Deploy.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>Applies one migration, or runs its down script, with the history row and this deployment's mark in the same transaction.</summary>
public sealed class MigrationRunner(DatabaseWriter database, string environment, MigrationOptions options, TimeProvider time, ILogger log)
{
    /// <summary>The session that migrations of one run use one after another; null: each has its own.</summary>
    internal Shared<MigrationSession>? Sessions { get; init; }

    /// <summary>Applies the migration; goes on where this deployment was interrupted in one that is not atomic.</summary>
    /// <exception cref="MigrationFailedException">A statement failed; of its transaction nothing is left.</exception>
    /// <exception cref="PartialMigrationException">Another deployment left it half done.</exception>
    /// <exception cref="FencedOutException">A later deployment has been at this database.</exception>
    public async Task ApplyAsync(MigrationFile file, CancellationToken cancellation)
    {
        var plan = MigrationPlan.For(file);
        await InSessionAsync(async (session, token) =>
        {
            if (await MigrationHistory.HasAsync(session.Connection, file.Version, token))
                log.LogInformation("{Migration} is applied already, by a migrator that was faster", file.Title);
            else
                await new MigrationProgress(database.Settings, time, log).WatchAsync(file.Title, session.Connection, () => ApplyAsync(session, file, plan, token), token);
        }, cancellation);
    }

    async Task ApplyAsync(MigrationSession session, MigrationFile file, MigrationPlan plan, CancellationToken cancellation)
    {
        var interrupted = await InterruptedAtAsync(session.Connection, file, plan, cancellation);
        var done = interrupted ?? 0;
        // What is in is not run again, but a new session knows none of the settings that the rest counts on.
        await StatementBatch.RunAsync(session.Connection, file, [.. Enumerable.Range(0, done).Where(place => SetsSession(file.Statements[place]))], cancellation);
        foreach (var group in plan.Groups.Where(group => group.Done > done || group.Done == 0))
        {
            if (group.InTransaction)
                await RetryLockedAsync(() => RunGroupAsync(session.Connection, file, group, plan.IsAtomic, cancellation), file, cancellation);
            else
                await new LoneStatement(database, environment, file, group, time, log).RunAsync(session.Connection, mayBeDone: interrupted == group.Statements[0], cancellation);
        }

        if (!plan.IsAtomic)
            await database.InFencedTransactionAsync(session.Connection, environment, (_, token) => RecordAsync(session.Connection, file, token), cancellation);
    }

    /// <summary>Runs a down script and removes the history row and the mark, all in one transaction.</summary>
    /// <param name="version">The migration.</param>
    /// <param name="down">The script.</param>
    /// <param name="former">What it must lead back to; null where that is not known.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <exception cref="DownIncompleteException">It leads elsewhere; nothing is changed.</exception>
    /// <exception cref="Backups.RowsWrittenException">It would drop what was written since; nothing is changed.</exception>
    /// <exception cref="MigrationFailedException">A statement failed; nothing is changed.</exception>
    public async Task RevertAsync(string version, MigrationFile down, FormerSchema? former, CancellationToken cancellation)
    {
        var plan = MigrationPlan.For(down);
        if (!plan.IsAtomic)
            throw new UnreadableMigrationException(down.Path, "a down script runs in one transaction, and a statement of it cannot", "Split it, or undo it by hand.");
        await InSessionAsync((session, running) => RetryLockedAsync(() => database.InFencedTransactionAsync(session.Connection, environment, async (_, token) =>
        {
            var after = await new DownLoss(session.Connection, version).RunAsync(running => StatementBatch.RunAsync(session.Connection, down, plan.Groups[0].Statements, running), token);
            if (former?.DifferencesFrom(after) is { IsEmpty: false } left)
                throw new DownIncompleteException(down.Path, left);
            await session.Connection.RunAsync(MigrationHistory.Delete, token, version);
            await session.Connection.RunAsync(MigrationMark.Delete, token, version);
        }, running, plan.Groups[0].Isolation), down, running), cancellation);
    }

    /// <summary>Drops the index that a migration's first statement was building, done or half done, and removes the mark; ends the build where the server is still at it.</summary>
    /// <param name="version">The migration, of which nothing else is applied.</param>
    /// <param name="index">The index.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <returns>The definition of an index of that name which is perhaps another's: nothing is dropped then, and the mark stays; else null.</returns>
    /// <exception cref="MigrationLockHeldException">Whoever began it is still at work.</exception>
    public async Task<string?> DropBegunAsync(string version, ConcurrentIndex index, CancellationToken cancellation)
    {
        string? others = null;
        await using (var connection = await database.OpenAsync(cancellation))
            await database.InFencedTransactionAsync(connection, environment, (_, token) => index.CancelBuildAsync(connection, token), cancellation);
        await InSessionAsync(async (session, token) =>
        {
            others = await index.OthersAsync(session.Connection, token);
            if (others is not null)
                return;
            await PatientSession.RunAsync(session.Connection, () => database.Permit.BoundAsync(
                async bound => await InvalidIndexes.DropAsync(session.Connection, await index.AnyAsync(session.Connection, bound), bound), token), token);
            await database.InFencedTransactionAsync(session.Connection, environment, (_, fenced) => session.Connection.RunAsync(MigrationMark.Delete, fenced, version), token);
        }, cancellation);
        return others;
    }

    async Task InSessionAsync(Func<MigrationSession, CancellationToken, Task> work, CancellationToken cancellation)
    {
        Task<MigrationSession> OpenAsync(CancellationToken token) => MigrationSession.OpenAsync(database, options, time, token);
        if (Sessions is null)
        {
            await using var own = await OpenAsync(cancellation);
            await work(own, cancellation);
            return;
        }

        // One that is open already may be another step's.
        database.Permit.ThrowIfExpired();
        await Sessions.UseAsync(OpenAsync, async (session, token) =>
        {
            await session.BeginAsync(options, token);
            await work(session, token);
            return true;
        }, mayRepeat: false, cancellation);
    }

    // How many statements are in where this deployment was interrupted; null where none was begun.
    async Task<int?> InterruptedAtAsync(NpgsqlConnection connection, MigrationFile file, MigrationPlan plan, CancellationToken cancellation)
    {
        if (await MigrationMark.FindAsync(connection, file.Version, cancellation) is not { } mark)
            return null;
        // A whole mark without history row: reverted by hand with the CLI, which knows no marks.
        if (mark.IsWhole)
            return null;
        var isOwn = string.Equals(mark.Deployment, database.Permit.Deployment.Value, StringComparison.Ordinal);
        // Of an index alone it can be told how far it came, whoever began it.
        return isOwn || (mark.StatementsDone == 0 && ConcurrentIndex.BeginsIn(file, plan) is not null)
            ? mark.StatementsDone
            : throw new PartialMigrationException(file, mark);
    }

    Task RunGroupAsync(NpgsqlConnection connection, MigrationFile file, StatementGroup group, bool isWhole, CancellationToken cancellation) =>
        database.InFencedTransactionAsync(connection, environment, async (_, token) =>
        {
            await EnvironmentMarker.WriteAsync(connection, environment, token);
            await StatementBatch.RunAsync(connection, file, group.Statements, token);
            if (isWhole)
                await RecordAsync(connection, file, token);
            else
                await MarkAsync(connection, file, group.Done, isWhole: false, token);
        }, cancellation, group.Isolation);

    async Task RetryLockedAsync(Func<Task> run, MigrationFile file, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await run();
                return;
            }
            catch (MigrationFailedException locked) when (locked.SqlState == PostgresErrorCodes.LockNotAvailable && attempt <= options.LockRetries)
            {
                log.LogWarning("{Migration}: statement {Statement} waited {Seconds} s for a lock; trying again ({Attempt} of {Retries})",
                    file.Title, locked.Statement + 1, options.LockTimeout.TotalSeconds, attempt, options.LockRetries);
                await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellation);
            }
        }
    }

    async Task RecordAsync(NpgsqlConnection connection, MigrationFile file, CancellationToken cancellation)
    {
        try
        {
            await connection.RunAsync(MigrationHistory.Insert, cancellation, file.Version, file.Name, file.Statements.Select(statement => statement.Text).ToArray());
            await MarkAsync(connection, file, file.Statements.Length, isWhole: true, cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege && file.Statements.LastOrDefault(SetsRole) is { } left)
        {
            throw new UnreadableMigrationException(file.Path, $"line {SourcePlace.Of(file.Text, left.WordsStart).Line} leaves `{left.FirstWords(6)}` on, and that role may not write the history",
                "End the migration with `reset role;`.", refused.MessageText);
        }
    }

    static bool SetsSession(SqlStatement statement) => statement.StartsWith("RESET") || (statement.StartsWith("SELECT") && statement.Words.Contains("SET_CONFIG", StringComparer.Ordinal))
        || (statement.StartsWith("SET") && !statement.StartsWith("SET", "LOCAL|TRANSACTION|CONSTRAINTS"));

    static bool SetsRole(SqlStatement statement) => statement.StartsWith("SET", "ROLE") || statement.StartsWith("SET", "LOCAL|SESSION", "ROLE|AUTHORIZATION");

    Task MarkAsync(NpgsqlConnection connection, MigrationFile file, int done, bool isWhole, CancellationToken cancellation) =>
        connection.RunAsync(MigrationMark.Upsert, cancellation, file.Version, database.Permit.Deployment.Value, database.Permit.FencingNumber, done, isWhole);
}
