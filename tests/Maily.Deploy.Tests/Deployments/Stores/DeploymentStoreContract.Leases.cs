using Maily.Deploy.Deployments.Leases;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>What every store promises of leases.</summary>
public abstract partial class DeploymentStoreContract
{
    static TimeSpan Grace => Lifetime / 4;

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

        await ExpireAsync(environment, Lifetime + Grace);
        (await Store.FindLeaseAsync(environment, Cancellation)).ShouldBeNull();
        var taken = await TakeAsync(2);

        taken.FencingNumber.ShouldBeGreaterThan(lost.FencingNumber);
        taken.Holder.ShouldBe(Holder(2));
    }

    [Fact]
    public async Task Requests_that_are_under_way_at_the_expiry_may_arrive_before_the_lease_is_taken_over()
    {
        var held = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime + Grace / 2);

        var (granted, present) = await Store.TryAcquireAsync(environment, Holder(2), Lifetime, Cancellation);

        granted.ShouldBeFalse();
        present.Holder.ShouldBe(held.Holder);
        (present.FreeAt - present.ExpiresAt).ShouldBe(Grace);
        (await Store.FindLeaseAsync(environment, Cancellation)).ShouldNotBeNull().FencingNumber.ShouldBe(held.FencingNumber);
        await ShouldBeLostAsync(held);
        await ExpireAsync(environment, Grace / 2);
        (await TakeAsync(2)).FencingNumber.ShouldBeGreaterThan(held.FencingNumber);
    }

    [Fact]
    public async Task The_grace_is_the_one_of_the_lease_that_ends_and_grows_with_its_lifetime()
    {
        var held = await TakeAsync(1);
        held.Grace.ShouldBe(Grace);
        (await Store.RenewAsync(held, Lifetime * 10, Cancellation)).Grace.ShouldBe(Grace * 10);

        await ExpireAsync(environment, Lifetime * 10 + Grace * 9);
        (await Store.TryAcquireAsync(environment, Holder(2), TimeSpan.FromSeconds(2), Cancellation)).Granted.ShouldBeFalse();
        await ExpireAsync(environment, Grace);
        (await Store.TryAcquireAsync(environment, Holder(2), TimeSpan.FromSeconds(2), Cancellation)).Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task An_expired_lease_that_is_given_back_is_free_at_once()
    {
        var late = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime);

        await Store.ReleaseAsync(late, Cancellation);

        (await Store.FindLeaseAsync(environment, Cancellation)).ShouldBeNull();
        await TakeAsync(2);
    }

    [Fact]
    public async Task Who_lost_a_lease_that_nobody_has_taken_is_not_told_that_it_has_it_itself()
    {
        var lost = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime);

        var error = await Should.ThrowAsync<LeaseLostException>(Store.RenewAsync(lost, Lifetime, Cancellation));

        error.Evidence.ShouldBe("Nobody holds it now.");
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
        await ExpireAsync(environment, Lifetime + Grace);
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
        await ExpireAsync(environment, Lifetime + Grace);
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
