using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Migrations;

/// <summary>A connection on which, as long as it is open, no other migrator of ours can work on the same database.</summary>
sealed class MigrationSession : IAsyncDisposable
{
    const string TryLock = "select pg_try_advisory_lock(hashtextextended('maily_deploy.migrate', 0))";

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    MigrationSession(NpgsqlConnection connection) => Connection = connection;

    public NpgsqlConnection Connection { get; }

    /// <summary>Opens, waits for its turn, and makes the tables it needs. <see cref="BeginAsync"/> comes before each migration.</summary>
    /// <exception cref="TransactionPoolerException">There is no session behind a pooler in transaction mode.</exception>
    /// <exception cref="MigrationLockHeldException">Another migrator did not end in time.</exception>
    public static async Task<MigrationSession> OpenAsync(DatabaseWriter database, MigrationOptions options, TimeProvider time, CancellationToken cancellation)
    {
        if (database.Settings.IsTransactionPooler)
            throw new TransactionPoolerException(database.Settings, "migrations");
        var session = new MigrationSession(await database.OpenAsync(cancellation));
        try
        {
            await session.LockAsync(options, time, cancellation);
            await session.BeginAsync(options, cancellation);
            await MailySchema.EnsureAsync(session.Connection, cancellation);
            await MigrationHistory.EnsureAsync(session.Connection, cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    // Polled: one that blocks in pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY waits for ever.
    async Task LockAsync(MigrationOptions options, TimeProvider time, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(50); !await Connection.FindAsync<bool>(TryLock, cancellation); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var waited = time.GetElapsedTime(begun);
            if (waited >= options.MigratorWait)
                throw new MigrationLockHeldException(waited);
            await Task.Delay(pause, time, cancellation);
        }
    }

    /// <summary>Takes back what a migration before may have set, and sets the time-outs: after RESET ALL, which would undo them.</summary>
    public Task BeginAsync(MigrationOptions options, CancellationToken cancellation) => Connection.RunAsync($"""
        reset all;
        set lock_timeout = {(long)options.LockTimeout.TotalMilliseconds};
        set statement_timeout = {(long)options.StatementTimeout.TotalMilliseconds}
        """, cancellation);
}
