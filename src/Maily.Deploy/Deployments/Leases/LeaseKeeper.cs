using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments.Leases;

/// <summary>Takes a lease, renews it by a heartbeat while it lives, and gives it back when disposed.</summary>
public sealed class LeaseKeeper : IAsyncDisposable
{
    readonly ILeaseStore store;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly TimeSpan lifetime;
    readonly CancellationTokenSource end = new();
    readonly CancellationTokenSource lost = new();
    readonly Task heartbeat;

    LeaseKeeper(ILeaseStore store, Lease lease, TimeSpan lifetime, TimeProvider time, ILogger log)
    {
        (this.store, Lease, this.lifetime, this.time, this.log) = (store, lease, lifetime, time, log);
        heartbeat = BeatAsync();
    }

    /// <summary>How long a lease lives without a heartbeat, unless the caller says otherwise.</summary>
    public static TimeSpan StandardLifetime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The lease with its present expiry.</summary>
    public Lease Lease { get; private set; }

    /// <summary>Cancelled when the lease is lost: nothing more may be changed, nor undone.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Why the lease is lost; null while it is held.</summary>
    public LeaseLostException? Loss { get; private set; }

    /// <summary>Takes the lease, at once or within <paramref name="wait"/>.</summary>
    /// <exception cref="LeaseHeldException">Somebody else has it and does not give it back in time.</exception>
    public static async Task<LeaseKeeper> AcquireAsync(
        ILeaseStore store, string environment, LeaseHolder holder, TimeSpan lifetime, TimeSpan wait, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + wait;
        var said = false;
        while (true)
        {
            var (granted, lease) = await store.TryAcquireAsync(environment, holder, lifetime, cancellation);
            if (granted)
                return new LeaseKeeper(store, lease, lifetime, time, log);
            if (time.GetUtcNow() >= deadline)
                throw new LeaseHeldException(lease);
            if (!said)
                log.LogInformation("{Environment} is held by {Holder} since {Since:u}: waiting until {Deadline:u}", environment, lease.Holder, lease.AcquiredAt, deadline);
            said = true;
            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
        }
    }

    /// <summary>Says that the lease is lost, for those who learn it before the heartbeat does.</summary>
    internal Task LoseAsync(LeaseLostException loss)
    {
        Loss ??= loss;
        return lost.CancelAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await heartbeat;
        if (!lost.IsCancellationRequested)
            await GiveBackAsync();
        end.Dispose();
        lost.Dispose();
    }

    async Task GiveBackAsync()
    {
        try
        {
            await store.ReleaseAsync(Lease, CancellationToken.None);
        }
        catch (Exception unreachable)
        {
            // Expiry frees it anyway; the deployment's own outcome must not change because of this.
            log.LogWarning("The lease on {Environment} could not be given back, it expires at {Expiry:u}: {Reason}", Lease.Environment, Lease.ExpiresAt, unreachable.Message);
        }
    }

    async Task BeatAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(UntilNextBeat(), time, end.Token);
                await RenewAsync();
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // Disposed: the ordinary end of a heartbeat, whatever a renewal that is broken off says.
        }
        catch (LeaseLostException exception)
        {
            log.LogError("{Message}", exception.Message);
            await LoseAsync(exception);
        }
    }

    /// <summary>A quarter of the lifetime, but never past the expiry: running steps must end when the lease does.</summary>
    TimeSpan UntilNextBeat()
    {
        var left = Lease.ExpiresAt - time.GetUtcNow();
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < lifetime / 4 ? left : lifetime / 4;
    }

    async Task RenewAsync()
    {
        var left = Lease.ExpiresAt - time.GetUtcNow();
        if (left <= TimeSpan.Zero)
            throw new LeaseLostException(Lease, null);
        // Bounded: a connection that hangs must not hide that the lease has ended.
        using var bound = new CancellationTokenSource(left < lifetime / 4 ? left : lifetime / 4, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, end.Token);
        try
        {
            Lease = await store.RenewAsync(Lease, lifetime, either.Token);
        }
        catch (Exception unreachable) when (unreachable is not LeaseLostException && !end.IsCancellationRequested)
        {
            if (time.GetUtcNow() >= Lease.ExpiresAt)
                throw new LeaseLostException(Lease, null);
            log.LogWarning("The lease on {Environment} could not be renewed and expires at {Expiry:u}: {Reason}", Lease.Environment, Lease.ExpiresAt, unreachable.Message);
        }
    }
}
