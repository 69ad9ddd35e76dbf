using System.Collections.Immutable;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Deployments.Stores;

/// <summary>Grants the exclusive right to change an environment.</summary>
public interface ILeaseStore
{
    /// <summary>
    /// Takes the lease if it is free: given back, or expired since longer than its <see cref="Lease.Grace"/>. Exactly one of
    /// several callers gets it.
    /// </summary>
    /// <returns>The new lease with a higher fencing number than any before; or the one that is in the way.</returns>
    Task<(bool Granted, Lease Lease)> TryAcquireAsync(string environment, LeaseHolder holder, TimeSpan lifetime, CancellationToken cancellation);

    /// <summary>Puts the expiry off to <paramref name="lifetime"/> from now; one that has expired is not renewed.</summary>
    /// <exception cref="LeaseLostException">It is not this holder's any more.</exception>
    Task<Lease> RenewAsync(Lease lease, TimeSpan lifetime, CancellationToken cancellation);

    /// <summary>Gives the lease back, so that it is free at once; one that another holds already is left alone.</summary>
    Task ReleaseAsync(Lease lease, CancellationToken cancellation);

    /// <summary>
    /// Takes the lease away from its holder and notes who did it. Its number is never given again, so that the former holder
    /// can write nothing more. Gives whether that lease was still held; nothing is noted where it was not.
    /// </summary>
    Task<bool> UnlockAsync(Lease lease, AuditEntry entry, CancellationToken cancellation);

    /// <summary>The lease that nobody else may take yet, or null where it is free.</summary>
    Task<Lease?> FindLeaseAsync(string environment, CancellationToken cancellation);
}

/// <summary>Keeps the journals of deployments.</summary>
public interface IJournalStore
{
    /// <summary>Appends one record; it is durable when this returns.</summary>
    /// <exception cref="LeaseLostException">The record's lease is not the present one any more.</exception>
    Task AppendAsync(Lease lease, DeploymentId deployment, JournalRecord record, CancellationToken cancellation);

    /// <summary>All records of a deployment in order; none if it is unknown.</summary>
    IAsyncEnumerable<JournalRecord> ReadAsync(string environment, DeploymentId deployment, CancellationToken cancellation);

    /// <summary>
    /// The newest deployments first, each with its outcome, or null while it is not ended. The newest is the one that took the
    /// lease last, whatever the clock said that named it.
    /// </summary>
    Task<ImmutableArray<DeploymentSummary>> ListAsync(string environment, int limit, CancellationToken cancellation);
}

/// <summary>Keeps holds.</summary>
public interface IHoldStore
{
    /// <summary>The hold, or null.</summary>
    Task<Hold?> FindHoldAsync(string environment, CancellationToken cancellation);

    /// <summary>Sets a hold and notes who did it; an older one is replaced.</summary>
    Task SetHoldAsync(Hold hold, CancellationToken cancellation);

    /// <summary>Clears the hold and notes who did it. Gives whether there was one; nothing is noted where there was none.</summary>
    Task<bool> ClearHoldAsync(AuditEntry entry, CancellationToken cancellation);
}

/// <summary>Keeps what people did besides deploying.</summary>
public interface IAuditStore
{
    /// <summary>The newest entries first.</summary>
    Task<ImmutableArray<AuditEntry>> ListAuditAsync(string environment, int limit, CancellationToken cancellation);
}

/// <summary>Keeps the records of what went live, newest last.</summary>
public interface IReleaseStore
{
    /// <summary>Adds the record of what is live from now on.</summary>
    /// <exception cref="LeaseLostException">The lease is not the present one any more.</exception>
    Task AddReleaseAsync(Lease lease, ReleaseRecord release, CancellationToken cancellation);

    /// <summary>The newest releases first.</summary>
    Task<ImmutableArray<ReleaseRecord>> ListReleasesAsync(string environment, int limit, CancellationToken cancellation);
}

/// <summary>The durable memory of deployments: Postgres, or files on one machine. One contract suite holds all to the same behaviour.</summary>
public interface IDeploymentStore : ILeaseStore, IJournalStore, IHoldStore, IAuditStore, IReleaseStore, IAsyncDisposable
{
    /// <summary>What it is and where, without any secret: <c>PostgreSQL at db.example:5432/maily_journal</c>.</summary>
    string Description { get; }

    /// <summary>Creates or upgrades what the store needs; safe to repeat and to run at once from two machines.</summary>
    Task PrepareAsync(CancellationToken cancellation);
}

/// <summary>One line of a deployment's history.</summary>
/// <param name="Header">What it is.</param>
/// <param name="Outcome">How it ended; null while it is not ended.</param>
/// <param name="LastAt">When its last record was written.</param>
public sealed record DeploymentSummary(DeploymentHeader Header, DeploymentOutcome? Outcome, DateTimeOffset LastAt);
