using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Holds;

namespace Maily.Deploy.Tests.Deployments.Stores;

/// <summary>What every store promises of people's doings.</summary>
public abstract partial class DeploymentStoreContract
{
    [Fact]
    public async Task Who_held_released_and_unlocked_is_noted_newest_first()
    {
        var hold = new Hold(environment, "smoke", "ada@laptop", At);
        await Store.SetHoldAsync(hold, Cancellation);
        await Store.ClearHoldAsync(Entry(AuditedAction.Released, 1), Cancellation);
        await Store.UnlockAsync(await TakeAsync(1), Entry(AuditedAction.Unlocked, 2), Cancellation);

        (await Store.ListAuditAsync(environment, 10, Cancellation)).ShouldBe(
            [Entry(AuditedAction.Unlocked, 2), Entry(AuditedAction.Released, 1), new(environment, AuditedAction.Held, "ada@laptop", At, "smoke")]);
        (await Store.ListAuditAsync(environment, 1, Cancellation)).ShouldHaveSingleItem().Action.ShouldBe(AuditedAction.Unlocked);
        (await Store.ListAuditAsync("never-used", 10, Cancellation)).ShouldBeEmpty();
        (await Store.ListAsync(environment, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_changed_nothing_is_not_noted()
    {
        var lease = await TakeAsync(1);
        await Store.ReleaseAsync(lease, Cancellation);

        (await Store.UnlockAsync(lease, Entry(AuditedAction.Unlocked, 1), Cancellation)).ShouldBeFalse();
        (await Store.ClearHoldAsync(Entry(AuditedAction.Released, 2), Cancellation)).ShouldBeFalse();

        (await Store.ListAuditAsync(environment, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lease_that_is_taken_away_is_lost_to_its_holder_at_once_and_free_for_the_next_after_the_grace()
    {
        var lost = await TakeAsync(1);

        (await Store.UnlockAsync(lost, Entry(AuditedAction.Unlocked, 1), Cancellation)).ShouldBeTrue();

        await ShouldBeLostAsync(lost);
        (await Store.TryAcquireAsync(environment, Holder(2), Lifetime, Cancellation)).Granted.ShouldBeFalse();
        await ExpireAsync(environment, Lifetime);
        (await TakeAsync(2)).FencingNumber.ShouldBeGreaterThan(lost.FencingNumber);
        await ShouldBeLostAsync(lost);
    }

    [Fact]
    public async Task Only_the_lease_that_was_looked_at_is_taken_away()
    {
        var former = await TakeAsync(1);
        await ExpireAsync(environment, Lifetime + Grace);
        var present = await TakeAsync(2);

        (await Store.UnlockAsync(former, Entry(AuditedAction.Unlocked, 1), Cancellation)).ShouldBeFalse();

        (await Store.FindLeaseAsync(environment, Cancellation))!.FencingNumber.ShouldBe(present.FencingNumber);
    }

    AuditEntry Entry(AuditedAction action, int seconds) =>
        new(environment, action, "eve@there", At.AddSeconds(seconds), "its runner is gone") { Whom = "ada@laptop" };
}
