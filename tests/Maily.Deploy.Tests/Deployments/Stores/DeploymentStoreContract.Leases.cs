using Maily.Deploy.Deployments.Leases;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>What every store promises of leases.</summary>
public abstract partial class DeploymentStoreContract
{
    [Fact]
    public async Task Exactly_one_of_twenty_takers_gets_the_lease()
    {
        await using var other = await OpenAsync();
        var attempts = await Task.WhenAll(Enumerable.Range(0, 20).Select(number =>
            (number % 2 == 0 ? Store : other).TryAcquireAsync(environment, Holder(number), Lifetime, Cancellation)));

        var winner = attempts.Where(attempt => attempt.Granted).ShouldHaveSingleItem().Lease;
        attempts.ShouldAllBe(attempt => attempt.Lease.Holder == winner.Holder && attempt.Lease.FencingNumber == winner.FencingNumber);
    }

    [Fact]
    public async Task An_expired_lease_is_taken_over_with_a_higher_number()
    {
        var lost = await TakeAsync(1);
        (await Store.TryAcquireAsync(environment, Holder(2), Lifetime, Cancellation)).Granted.ShouldBeFalse();

        await ExpireAsync(environment, Lifetime);
        (await Store.FindLeaseAsync(environment, Cancellation)).ShouldBeNull();
        var taken = await TakeAsync(2);

        taken.FencingNumber.ShouldBeGreaterThan(lost.FencingNumber);
        taken.Holder.ShouldBe(Holder(2));
    }

    [Fact]
    public async Task A_renewed_lease_lives_longer()
    {
        var lease = await TakeAsync(1);

        var renewed = await Store.RenewAsync(lease, Lifetime * 10, Cancellation);

        renewed.FencingNumber.ShouldBe(lease.FencingNumber);
        (renewed.ExpiresAt - lease.ExpiresAt).ShouldBeGreaterThan(Lifetime * 8);
        (await Store.FindLeaseAsync(environment, Cancellation))!.ExpiresAt.ShouldBe(renewed.ExpiresAt, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_lost_holder_can_neither_renew_nor_write()
    {
        var lost = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime);
        await ShouldBeLostAsync(lost);

        var taken = await TakeAsync(2);
        await ShouldBeLostAsync(lost);
        await Store.ReleaseAsync(lost, Cancellation);

        (await Store.FindLeaseAsync(environment, Cancellation))!.FencingNumber.ShouldBe(taken.FencingNumber);
        (await ReadAsync(first)).ShouldBeEmpty();
        (await Store.ListReleasesAsync(environment, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_lost_the_lease_learns_who_has_it()
    {
        var lost = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime);
        await TakeAsync(2);

        var error = await Should.ThrowAsync<LeaseLostException>(Store.RenewAsync(lost, Lifetime, Cancellation));

        error.Evidence.ShouldNotBeNull().ShouldContain(Holder(2).ToString());
    }

    [Fact]
    public async Task A_lease_given_back_is_free_at_once_and_numbers_go_on_growing()
    {
        var numbers = new List<long>();
        for (var turn = 0; turn < 3; turn++)
        {
            var lease = await TakeAsync(turn);
            numbers.Add(lease.FencingNumber);
            await Store.ReleaseAsync(lease, Cancellation);
            (await Store.FindLeaseAsync(environment, Cancellation)).ShouldBeNull();
        }

        numbers.ShouldBe(numbers.Distinct().Order());
    }

    [Fact]
    public async Task Environments_have_leases_of_their_own()
    {
        await TakeAsync(1);

        (await Store.TryAcquireAsync(environment + "-other", Holder(2), Lifetime, Cancellation)).Granted.ShouldBeTrue();
    }
}
