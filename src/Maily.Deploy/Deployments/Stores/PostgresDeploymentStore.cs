using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Postgres;
using Npgsql;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>
/// Keeps everything in the schema <c>maily_deploy</c> of a database, for deployments from any machine; works through a
/// transaction-mode pooler. Whether a lease is expired is decided by the database's clock; the times of the leases that it
/// gives are put into the caller's clock, counted from before the request, so that a holder never believes in it for longer
/// than the database does.
/// </summary>
public sealed class PostgresDeploymentStore : IDeploymentStore
{
    const int Page = 1000;

    readonly StoreDatabase database;
    readonly TimeProvider time;

    /// <summary>Keeps everything in that database; nothing is opened yet.</summary>
    public PostgresDeploymentStore(DatabaseSettings settings, TimeProvider time)
    {
        Description = $"PostgreSQL at {settings}, schema maily_deploy";
        database = new StoreDatabase(settings.ToBuilder(), Description, time);
        this.time = time;
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public Task PrepareAsync(CancellationToken cancellation) => database.WithConnectionAsync(MailySchema.EnsureAsync, cancellation);

    /// <inheritdoc/>
    public async Task<(bool Granted, Lease Lease)> TryAcquireAsync(
        string environment, LeaseHolder holder, TimeSpan lifetime, CancellationToken cancellation)
    {
        while (true)
        {
            var sent = time.GetUtcNow();
            var granted = await database.ChangeAsync(StoreStatements.Acquire(environment, holder, lifetime), row => LeaseOf(environment, sent, row), cancellation);
            if (granted is [var lease])
                return (true, lease);
            // Between the two statements it may have become free: then it is ours to take.
            if (await FindLeaseAsync(environment, cancellation) is { } present)
                return (false, present);
        }
    }

    /// <inheritdoc/>
    public async Task<Lease> RenewAsync(Lease lease, TimeSpan lifetime, CancellationToken cancellation)
    {
        var sent = time.GetUtcNow();
        var renewed = await database.ChangeAsync(StoreStatements.Renew(lease, lifetime), row => LeaseOf(lease.Environment, sent, row), cancellation);
        return renewed is [var present] ? present : throw await LostAsync(lease, cancellation);
    }

    /// <inheritdoc/>
    public Task ReleaseAsync(Lease lease, CancellationToken cancellation) =>
        database.ChangeRepeatablyAsync(StoreStatements.Release(lease), _ => 0, cancellation);

    /// <inheritdoc/>
    public async Task<bool> UnlockAsync(Lease lease, AuditEntry entry, CancellationToken cancellation) =>
        !(await database.ChangeAsync(StoreStatements.Unlock(lease, entry), row => row.GetString(0), cancellation)).IsEmpty;

    /// <inheritdoc/>
    public async Task<Lease?> FindLeaseAsync(string environment, CancellationToken cancellation)
    {
        var sent = time.GetUtcNow();
        return await FirstAsync(StoreStatements.FindLease(environment), row => LeaseOf(environment, sent, row), cancellation);
    }

    /// <inheritdoc/>
    public async Task AppendAsync(Lease lease, DeploymentId deployment, JournalRecord record, CancellationToken cancellation)
    {
        var (isHeld, isWritten, present) = (await database.ChangeRepeatablyAsync(
            StoreStatements.Append(lease, deployment, record),
            row => (row.GetBoolean(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2)), cancellation))[0];
        if (!isHeld)
            throw await LostAsync(lease, cancellation);
        // The same record again is the repetition of a request whose answer was lost.
        if (!isWritten && present != JsonSerializer.Serialize(record, DeploymentJson.Line))
            throw new BrokenJournalException($"Record {record.Sequence} of {deployment} is written already, with other content.");
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<JournalRecord> ReadAsync(
        string environment, DeploymentId deployment, [EnumeratorCancellation] CancellationToken cancellation)
    {
        ImmutableArray<JournalRecord> page;
        var last = 0L;
        do
        {
            page = await database.ReadAsync(StoreStatements.Read(environment, deployment, last, Page), JsonOf<JournalRecord>, cancellation);
            foreach (var record in page)
                yield return record;
            last = page.IsEmpty ? last : page[^1].Sequence;
        }
        while (page.Length == Page);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<DeploymentSummary>> ListAsync(string environment, int limit, CancellationToken cancellation) =>
        database.ReadAsync(StoreStatements.List(environment, limit), row => new DeploymentSummary(
            JsonOf<DeploymentHeader>(row),
            row.IsDBNull(1) ? null : Enum.Parse<DeploymentOutcome>(row.GetString(1), ignoreCase: true),
            row.GetFieldValue<DateTimeOffset>(2)), cancellation);

    /// <inheritdoc/>
    public Task<Hold?> FindHoldAsync(string environment, CancellationToken cancellation) =>
        FirstAsync(StoreStatements.FindHold(environment), JsonOf<Hold>, cancellation);

    /// <inheritdoc/>
    public Task SetHoldAsync(Hold hold, CancellationToken cancellation) =>
        database.ChangeRepeatablyAsync(StoreStatements.SetHold(hold), _ => 0, cancellation);

    /// <inheritdoc/>
    public async Task<bool> ClearHoldAsync(AuditEntry entry, CancellationToken cancellation) =>
        !(await database.ChangeAsync(StoreStatements.ClearHold(entry), row => row.GetString(0), cancellation)).IsEmpty;

    /// <inheritdoc/>
    public Task<ImmutableArray<AuditEntry>> ListAuditAsync(string environment, int limit, CancellationToken cancellation) =>
        database.ReadAsync(StoreStatements.ListAudit(environment, limit), JsonOf<AuditEntry>, cancellation);

    /// <inheritdoc/>
    public async Task AddReleaseAsync(Lease lease, ReleaseRecord release, CancellationToken cancellation)
    {
        if ((await database.ChangeAsync(StoreStatements.AddRelease(lease, release), row => row.GetInt64(0), cancellation)).IsEmpty)
            throw await LostAsync(lease, cancellation);
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<ReleaseRecord>> ListReleasesAsync(string environment, int limit, CancellationToken cancellation) =>
        database.ReadAsync(StoreStatements.ListReleases(environment, limit), JsonOf<ReleaseRecord>, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => database.DisposeAsync();

    async Task<T?> FirstAsync<T>(StoreStatement statement, Func<NpgsqlDataReader, T> map, CancellationToken cancellation)
        where T : class =>
        (await database.ReadAsync(statement, map, cancellation)).FirstOrDefault();

    // That it is lost is known already, and must be told whether or not the one who has it now can be named.
    async Task<LeaseLostException> LostAsync(Lease lease, CancellationToken cancellation)
    {
        try
        {
            return new(lease, await FindLeaseAsync(lease.Environment, cancellation));
        }
        catch (StoreUnreachableException)
        {
            return LeaseLostException.Unnamed(lease);
        }
    }

    static Lease LeaseOf(string environment, DateTimeOffset sent, NpgsqlDataReader row)
    {
        var now = row.GetFieldValue<DateTimeOffset>(4);
        return new Lease(environment, Parse<LeaseHolder>(row.GetString(1)), row.GetInt64(0),
            sent + (row.GetFieldValue<DateTimeOffset>(2) - now), sent + (row.GetFieldValue<DateTimeOffset>(3) - now))
        {
            Grace = row.GetFieldValue<TimeSpan>(5),
        };
    }

    static T JsonOf<T>(NpgsqlDataReader row) => Parse<T>(row.GetString(0));

    static T Parse<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, DeploymentJson.Line) ?? throw new BrokenJournalException($"A {typeof(T).Name} in the database is empty.");
        }
        catch (JsonException unreadable)
        {
            throw new BrokenJournalException($"A row in the database is no {typeof(T).Name}: {unreadable.Message}", unreadable);
        }
    }
}
