using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Leases;

/// <summary>A machine's two clocks: the steady one, which timers follow, and the wall clock, which may be set apart from it.</summary>
sealed class TwoClocks(FakeTimeProvider steady) : TimeProvider
{
    /// <summary>How far the wall clock was set ahead; negative for back. A machine that sleeps finds it ahead.</summary>
    public TimeSpan WallAhead { get; set; }

    public override long TimestampFrequency => steady.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + WallAhead;

    public override long GetTimestamp() => steady.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => steady.CreateTimer(callback, state, dueTime, period);
}

/// <summary>A lease store on another machine, with a clock of its own: it gives times in the caller's clock, as the database's does.</summary>
sealed class DistantLeases(ILeaseStore there, TimeProvider own, TimeProvider callers) : ILeaseStore
{
    public async Task<(bool Granted, Lease Lease)> TryAcquireAsync(string environment, LeaseHolder holder, TimeSpan lifetime, CancellationToken cancellation) =>
        await there.TryAcquireAsync(environment, holder, lifetime, cancellation) is var (granted, lease) ? (granted, ToCaller(lease)) : default;

    public async Task<Lease> RenewAsync(Lease lease, TimeSpan lifetime, CancellationToken cancellation) => ToCaller(await there.RenewAsync(lease, lifetime, cancellation));

    public Task ReleaseAsync(Lease lease, CancellationToken cancellation) => there.ReleaseAsync(lease, cancellation);

    public Task<bool> UnlockAsync(Lease lease, AuditEntry entry, CancellationToken cancellation) => there.UnlockAsync(lease, entry, cancellation);

    public async Task<Lease?> FindLeaseAsync(string environment, CancellationToken cancellation) =>
        await there.FindLeaseAsync(environment, cancellation) is { } lease ? ToCaller(lease) : null;

    Lease ToCaller(Lease lease)
    {
        var difference = callers.GetUtcNow() - own.GetUtcNow();
        return lease with { AcquiredAt = lease.AcquiredAt + difference, ExpiresAt = lease.ExpiresAt + difference };
    }
}
