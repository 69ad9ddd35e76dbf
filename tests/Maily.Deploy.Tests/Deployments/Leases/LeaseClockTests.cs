using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Deployments.Leases;

/// <summary>A clock that jumps lets no holder believe in its lease for longer than the store does.</summary>
public sealed class LeaseClockTests : IDisposable
{
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    readonly FakeTimeProvider steady = new();
    readonly TwoClocks clocks;
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-lease-");
    readonly FlakyStore store;
    readonly LogLines log = new();

    public LeaseClockTests() => (clocks, store) = (new TwoClocks(steady), new FlakyStore(new FileDeploymentStore(folder.FullName, steady)));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_clock_set_back_does_not_make_a_dead_lease_look_alive()
    {
        await using var keeper = await AcquireAsync();
        store.OnRenew = () => Task.FromResult<Exception?>(new IOException("gone"));
        clocks.WallAhead = -Hour;

        keeper.Left.ShouldBe(Lifetime);
        await AdvanceUntilAsync(Lifetime - TimeSpan.FromSeconds(1), () => log.Any("could not be renewed"));
        keeper.Left.ShouldBe(TimeSpan.FromSeconds(1));
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => keeper.Lost.IsCancellationRequested);

        keeper.Left.ShouldBeLessThanOrEqualTo(TimeSpan.Zero);
    }

    [Fact]
    public async Task A_clock_set_ahead_costs_a_lease_that_the_store_still_grants_no_more_than_a_beat()
    {
        await using var keeper = await AcquireAsync();
        clocks.WallAhead = Hour;
        keeper.Left.ShouldBeLessThan(TimeSpan.Zero);

        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Left == Lifetime);

        keeper.Lost.IsCancellationRequested.ShouldBeFalse();
        (await keeper.FindLossAsync(Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_machine_that_slept_past_the_expiry_may_change_nothing_although_its_timers_stood_still()
    {
        await using var keeper = await AcquireAsync();

        clocks.WallAhead = Lifetime + TimeSpan.FromSeconds(1);
        keeper.Left.ShouldBeLessThan(TimeSpan.Zero);
        store.OnRenew = () => Task.FromResult<Exception?>(new LeaseLostException(keeper.Lease, null));

        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(3600, "ahead by 3600 s")]
    [InlineData(-3600, "back by 3600 s")]
    public async Task A_jump_is_told(int seconds, string told)
    {
        await using var keeper = await AcquireAsync();
        clocks.WallAhead = TimeSpan.FromSeconds(seconds);

        await AdvanceUntilAsync(Lifetime / 4, () => log.Any(told));

        log.Any("production").ShouldBeTrue();
    }

    [Fact]
    public async Task A_clock_that_is_only_corrected_is_not_worth_a_word()
    {
        await using var keeper = await AcquireAsync();
        var first = keeper.Lease.ExpiresAt;
        clocks.WallAhead = TimeSpan.FromSeconds(2);

        await AdvanceUntilAsync(Lifetime / 4, () => keeper.Lease.ExpiresAt > first);

        log.Any("clock").ShouldBeFalse();
    }

    [Fact]
    public async Task Who_lost_the_lease_while_it_stood_still_learns_who_has_it()
    {
        await using var keeper = await AcquireAsync();
        var hanging = new TaskCompletionSource<Exception?>();
        store.OnRenew = () => hanging.Task;
        await AdvanceUntilAsync(Lifetime + Lifetime / 4, () => keeper.Lost.IsCancellationRequested);
        keeper.Loss.ShouldNotBeNull().Evidence.ShouldNotBeNull().ShouldStartWith("It was not renewed before");
        await store.TryAcquireAsync("production", new("Rollback", "eve", "there", 2), Lifetime, Cancellation);

        var loss = await keeper.FindLossAsync(Cancellation);

        loss.ShouldNotBeNull().Evidence.ShouldNotBeNull().ShouldContain("eve@there");
        hanging.SetResult(null);
    }

    public void Dispose() => folder.Delete(recursive: true);

    Task<LeaseKeeper> AcquireAsync() => LeaseKeeper.AcquireAsync(
        new DistantLeases(store, steady, clocks), "production", new("d", "ada", "laptop", 1), Lifetime, TimeSpan.Zero, clocks, log, Cancellation);

    async Task AdvanceUntilAsync(TimeSpan step, Func<bool> isDone)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Cancellation);
        steady.Advance(step);
        var begun = TimeProvider.System.GetTimestamp();
        while (!isDone() && TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(10))
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
        isDone().ShouldBeTrue();
    }
}
