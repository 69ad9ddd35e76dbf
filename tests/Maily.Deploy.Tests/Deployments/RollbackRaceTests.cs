using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Tests.Deployments;

/// <summary>What a rollback finds has changed, or is told to leave alone.</summary>
public sealed class RollbackRaceTests : IDisposable
{
    readonly World world = new();

    [Theory]
    [InlineData("good")]
    [InlineData("undone")]
    [InlineData("left to a person")]
    public async Task Where_only_the_unfinished_is_undone_a_deployment_that_has_ended_is_left_alone(string newest)
    {
        await world.SucceedAsync("one");
        if (newest != "good")
        {
            world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
            world.Far.At = moment => moment.StartsWith("verify") || newest != "undone" && moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;
            await world.DeployAsync();
            world.Far.At = _ => Task.CompletedTask;
        }

        var (before, releases) = (world.Far["1"], (await world.Store.ListReleasesAsync(World.Environment, 9, World.Cancellation)).Length);
        world.Far.Asked.Clear();

        var result = await world.RollbackAsync(new RollbackOptions { UnfinishedOnly = true });

        result.NothingIsUnfinished.ShouldBeTrue();
        world.Far.Asked.ShouldBeEmpty();
        world.Far["1"].ShouldBe(before);
        (await world.Store.ListReleasesAsync(World.Environment, 9, World.Cancellation)).Length.ShouldBe(releases);
        (await world.Store.FindHoldAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Where_only_the_unfinished_is_undone_a_killed_deployment_is()
    {
        await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var killed = await world.DieAsync();

        var result = await world.RollbackAsync(new RollbackOptions { UnfinishedOnly = true });

        result.Deployments.ShouldHaveSingleItem().Header.Id.ShouldBe(killed.Value);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task Where_only_the_unfinished_is_undone_one_that_ends_well_meanwhile_stays_live()
    {
        await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var running = await world.DieAsync();
        var inner = BeforeTheLease(async () =>
        {
            await using var elsewhere = await world.ContinueAsync(running);
            await elsewhere.EndAsync(succeeded: true, World.Cancellation);
        });

        (await world.RollbackAsync(new RollbackOptions { UnfinishedOnly = true })).NothingIsUnfinished.ShouldBeTrue();

        world.Far["1"].ShouldBe("two");
        (await inner.FindHoldAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_rollback_that_another_deployment_overtakes_touches_nothing()
    {
        await world.SucceedAsync("one");
        await world.SucceedAsync("two");
        var inner = BeforeTheLease(() => world.SucceedAsync("three"));

        (await Should.ThrowAsync<RollbackOvertakenException>(world.RollbackAsync())).Kind.ShouldBe(FailureKind.Refused);

        world.Far["1"].ShouldBe("three");
        (await inner.FindHoldAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_deployment_that_ended_while_the_rollback_waited_is_left_alone()
    {
        await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var dead = await world.DieAsync();
        BeforeTheLease(async () =>
        {
            await using var elsewhere = await world.ContinueAsync(dead);
            await elsewhere.CompensateAsync(World.Cancellation);
            await elsewhere.EndAsync(succeeded: false, World.Cancellation);
        });

        await Should.ThrowAsync<RollbackOvertakenException>(world.RollbackAsync());

        world.Far["1"].ShouldBe("one");
    }

    public void Dispose() => world.Dispose();

    // What happens elsewhere between the rollback's decision and its lease; gives the store that it saw until then.
    IDeploymentStore BeforeTheLease(Func<Task> happen)
    {
        var inner = world.Store;
        var happened = false;
        world.Store = new FlakyStore(inner)
        {
            OnAcquire = () =>
            {
                if (happened)
                    return Task.CompletedTask;
                happened = true;
                return happen();
            },
        };
        return inner;
    }
}
