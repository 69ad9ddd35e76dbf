using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments.Leases;

/// <summary>Takes a lease, renews it by a heartbeat while it lives, and gives it back when disposed.</summary>
public sealed class LeaseKeeper : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan NotedJump = TimeSpan.FromSeconds(3);

    readonly ILeaseStore store;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly CancellationTokenSource end = new();
    readonly CancellationTokenSource lost = new();
    readonly Task heartbeat;
    volatile LeaseTerm term;

    LeaseKeeper(ILeaseStore store, LeaseTerm term, TimeProvider time, ILogger log)
    {
        (this.store, this.term, this.time, this.log) = (store, term, time, log);
        heartbeat = BeatAsync();
    }

    /// <summary>How long a lease lives without a heartbeat, unless the caller says otherwise.</summary>
    public static TimeSpan StandardLifetime { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The lease with its present expiry.</summary>
    public Lease Lease => term.Lease;

    /// <summary>What is left of it unless it is renewed; never more than the store grants, whatever happens to this machine's clocks.</summary>
    public TimeSpan Left => term.Left(time);

    /// <summary>Cancelled when the lease is lost: nothing more may be changed, nor undone.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Why the lease is lost; null while it is held.</summary>
    public LeaseLostException? Loss { get; private set; }

    /// <summary>Takes the lease, at once or within <paramref name="wait"/>.</summary>
    /// <exception cref="LeaseHeldException">Somebody else has it and does not give it back in time.</exception>
    public static async Task<LeaseKeeper> AcquireAsync(
        ILeaseStore store, string environment, LeaseHolder holder, TimeSpan lifetime, TimeSpan wait, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        var isSilent = false;
        for (var said = false; ; said = true)
        {
            var (at, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            var left = wait - time.GetElapsedTime(begun);
            try
            {
                var (granted, lease) = await store.TryAcquireAsync(environment, holder, lifetime, cancellation);
                isSilent = false;
                if (granted)
                    return new LeaseKeeper(store, new LeaseTerm(lease, lifetime, at, stamp), time, log);
                if (left <= TimeSpan.Zero)
                    throw new LeaseHeldException(lease);
                if (!said)
                    log.LogInformation("{Environment} is held by {Holder} since {Since:u}: waiting until {Deadline:u} for its end, or taking over at {Free:u} if it is not renewed",
                        environment, lease.Holder, lease.AcquiredAt, time.GetUtcNow() + left, lease.FreeAt);
            }
            catch (StoreUnreachableException unreachable) when (said && left > TimeSpan.Zero)
            {
                // It has answered before: one lost connection is no reason to give up a wait of minutes.
                if (!isSilent)
                    log.LogWarning("Who holds {Environment} cannot be asked now, and is asked again: {Reason}", environment, unreachable.Message);
                isSilent = true;
            }

            await Task.Delay(TimeSpan.FromSeconds(1), time, cancellation);
        }
    }

    /// <summary>Why the lease is lost, with who holds it now where the store answers; null where it is held.</summary>
    public async Task<LeaseLostException?> FindLossAsync(CancellationToken cancellation)
    {
        // Whoever changes something may learn that it has ended just before the heartbeat does, whose word decides.
        while (Loss is null && Left <= TimeSpan.Zero)
            await Task.Delay(Pause, time, cancellation);
        if (Loss is null)
            return null;
        using var bound = new CancellationTokenSource(AskLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, cancellation);
        try
        {
            return Loss = new LeaseLostException(Lease, await store.FindLeaseAsync(Lease.Environment, either.Token));
        }
        catch (Exception unanswered)
        {
            log.LogWarning("Who holds {Environment} now cannot be read: {Reason}", Lease.Environment, unanswered.Message);
            return Loss;
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
    TimeSpan UntilNextBeat() => Left is var left && left < TimeSpan.Zero ? TimeSpan.Zero : Shorter(left, term.Lifetime / 4);

    async Task RenewAsync()
    {
        WarnOfJump();
        // By the steady clock alone: where only the wall clock was set ahead, the store knows better.
        var left = term.SteadyLeft(time);
        if (left <= TimeSpan.Zero)
            throw LeaseLostException.Unrenewed(Lease);
        // Bounded: a connection that hangs must not hide that the lease has ended.
        using var bound = new CancellationTokenSource(Shorter(left, term.Lifetime / 4), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, end.Token);
        try
        {
            var (at, stamp) = (time.GetUtcNow(), time.GetTimestamp());
            var renewed = await store.RenewAsync(Lease, term.Lifetime, either.Token);
            term = term with { Lease = renewed, AskedAt = at, AskedStamp = stamp };
        }
        catch (Exception unreachable) when (unreachable is not LeaseLostException && !end.IsCancellationRequested)
        {
            if (Left <= TimeSpan.Zero)
                throw LeaseLostException.Unrenewed(Lease);
            log.LogWarning("The lease on {Environment} could not be renewed and expires at {Expiry:u}: {Reason}", Lease.Environment, Lease.ExpiresAt, unreachable.Message);
        }
    }

    void WarnOfJump()
    {
        var jump = term.Jump(time);
        if (jump.Duration() > NotedJump)
            log.LogWarning("The clock of this machine was set {Direction:l} by {Seconds:0} s within {Elapsed:0} s, or the machine slept: the lease on {Environment} counts by whichever clock leaves less",
                jump > TimeSpan.Zero ? "ahead" : "back", jump.Duration().TotalSeconds, time.GetElapsedTime(term.AskedStamp).TotalSeconds, Lease.Environment);
    }

    static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
