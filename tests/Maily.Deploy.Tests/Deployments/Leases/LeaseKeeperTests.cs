using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Leases;

public sealed class LeaseKeeperTests : IDisposable
{
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    readonly FakeTimeProvider time = new();
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-lease-");
    readonly FlakyStore store;

    public LeaseKeeperTests() => store = new FlakyStore(new FileDeploymentStore(folder.FullName, time));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_heartbeat_keeps_the_lease()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);
        var first = keeper.Lease.ExpiresAt;

        for (var beat = 1; beat <= 8; beat++)
            await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lease.ExpiresAt >= first + Lifetime / 4 * beat);

        keeper.Lost.IsCancellationRequested.ShouldBeFalse();
        (await store.FindLeaseAsync("production", Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_lease_that_another_has_taken_is_lost_at_the_next_beat()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);
        store.OnRenew = () => Task.FromResult<Exception?>(new LeaseLostException(keeper.Lease, null));

        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_until_the_expiry_loses_the_lease_and_not_before()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);
        var tries = 0;
        store.OnRenew = () => Task.FromResult<Exception?>(Interlocked.Increment(ref tries) > 0 ? new IOException("gone") : null);

        for (var beat = 1; beat <= 3; beat++)
            await AdvanceUntilAsync(Lifetime / 4, () => Volatile.Read(ref tries) >= beat);
        keeper.Lost.IsCancellationRequested.ShouldBeFalse();

        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lease_that_has_ended_is_lost_at_once_and_not_asked_for_again()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);
        store.OnRenew = () => new TaskCompletionSource<Exception?>().Task;

        await AdvanceUntilAsync(Lifetime + TimeSpan.FromSeconds(1), () => keeper.Lost.IsCancellationRequested);

        keeper.Loss.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_cancelled_request_to_the_store_does_not_end_the_heartbeat()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);
        var first = keeper.Lease.ExpiresAt;
        var tries = 0;
        store.OnRenew = () => Task.FromResult<Exception?>(Interlocked.Increment(ref tries) == 1 ? new TaskCanceledException("timed out inside the client") : null);

        await AdvanceUntilAsync(Lifetime / 4, () => Volatile.Read(ref tries) == 1);
        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lease.ExpiresAt > first);
    }

    [Fact]
    public async Task Who_waits_gets_the_lease_when_it_is_given_back()
    {
        var keeper = await AcquireAsync(TimeSpan.Zero);
        var waiting = AcquireAsync(TimeSpan.FromMinutes(15));
        await keeper.DisposeAsync();

        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => waiting.IsCompleted);

        await using var next = await waiting;
        next.Lease.FencingNumber.ShouldBeGreaterThan(keeper.Lease.FencingNumber);
    }

    [Fact]
    public async Task Who_waits_is_not_sent_away_by_a_store_that_is_gone_for_a_moment()
    {
        var keeper = await AcquireAsync(TimeSpan.Zero);
        var asked = 0;
        store.OnAcquire = () => Interlocked.Increment(ref asked) is 2 or 3 ? throw new StoreUnreachableException("the store", FailureKind.Refused, new IOException("gone")) : Task.CompletedTask;
        var waiting = AcquireAsync(TimeSpan.FromMinutes(15));
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Volatile.Read(ref asked) == 2);
        await keeper.DisposeAsync();

        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => Volatile.Read(ref asked) == 3);
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => waiting.IsCompleted);

        await using var next = await waiting;
        store.OnAcquire = () => throw new StoreUnreachableException("the store", FailureKind.Refused, new IOException("gone"));
        await Should.ThrowAsync<StoreUnreachableException>(AcquireAsync(TimeSpan.FromMinutes(15)));
    }

    [Fact]
    public async Task Who_does_not_wait_learns_who_has_it()
    {
        await using var keeper = await AcquireAsync(TimeSpan.Zero);

        var error = await Should.ThrowAsync<LeaseHeldException>(AcquireAsync(TimeSpan.Zero));

        error.Lease.Holder.ShouldBe(keeper.Lease.Holder);
        error.Kind.ShouldBe(FailureKind.Refused);
        error.Fact.ShouldContain($"ada@laptop (process 1, d) since {keeper.Lease.AcquiredAt:u}");
        error.Remedy.ShouldContain($"{keeper.Lease.ExpiresAt:u}");
        error.Remedy.ShouldContain($"taken over at {keeper.Lease.ExpiresAt + Lifetime / 4:u}");
    }

    [Fact]
    public async Task Who_waits_takes_a_dead_lease_over_when_its_last_requests_must_have_arrived()
    {
        await using var dead = await AcquireAsync(TimeSpan.Zero);
        store.OnRenew = () => Task.FromResult<Exception?>(new IOException("gone"));
        var waiting = AcquireAsync(TimeSpan.FromMinutes(15));
        await AdvanceUntilAsync(Lifetime, () => dead.Lost.IsCancellationRequested);

        while (!waiting.IsCompleted)
            await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => true);

        await using var taken = await waiting;
        taken.Lease.AcquiredAt.ShouldBe(dead.Lease.FreeAt, TimeSpan.FromSeconds(1));
    }

    public void Dispose() => folder.Delete(recursive: true);

    Task<LeaseKeeper> AcquireAsync(TimeSpan wait) =>
        LeaseKeeper.AcquireAsync(store, "production", new("d", "ada", "laptop", 1), Lifetime, wait, time, NullLogger.Instance, Cancellation);

    /// <summary>One step of the clock, then real time until the heartbeat has done what is due.</summary>
    async Task AdvanceUntilAsync(TimeSpan step, Func<bool> isDone)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        time.Advance(step);
        var begun = TimeProvider.System.GetTimestamp();
        while (!isDone() && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        isDone().ShouldBeTrue();
    }
}
