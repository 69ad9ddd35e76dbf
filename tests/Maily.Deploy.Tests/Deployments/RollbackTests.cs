using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Tests.Deployments;

public sealed class RollbackTests : IDisposable
{
    readonly World world = new();

    [Fact]
    public async Task A_rollback_brings_the_far_side_back_and_sets_a_hold()
    {
        var first = await world.SucceedAsync("one");
        await world.SucceedAsync("two");

        var result = await world.RollbackAsync();

        result.Target!.Deployment.ShouldBe(first);
        world.Far["1"].ShouldBe("one");
        (await world.Store.FindHoldAsync(World.Environment, World.Cancellation)).ShouldNotBeNull().Reason.ShouldContain("was rolled back");
        (await world.Store.ListReleasesAsync(World.Environment, 1, World.Cancellation))[0].Deployment.ShouldBe(first);
    }

    [Fact]
    public async Task Rolling_back_twice_is_a_no_op_that_says_so()
    {
        await world.SucceedAsync("one");
        await world.SucceedAsync("two");
        await world.RollbackAsync();
        world.Far.Asked.Clear();

        (await world.RollbackAsync()).IsUnchanged.ShouldBeTrue();

        world.Far.Asked.ShouldBeEmpty();
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task The_first_deployment_rolled_back_leaves_nothing_live()
    {
        await world.SucceedAsync("one");

        await Should.ThrowAsync<NoReleaseBeforeException>(world.RollbackAsync());
        world.Far["1"].ShouldBe("one");
        (await world.RollbackAsync(new RollbackOptions { ToNothing = true })).Target.ShouldBeNull();

        world.Far["1"].ShouldBeNull();
        (await world.RollbackAsync()).IsUnchanged.ShouldBeTrue();
        await using var next = await world.StartAsync();
        next.Context.Live.ShouldBeNull();
    }

    [Fact]
    public async Task A_killed_deployment_is_undone_from_its_journal()
    {
        await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var killed = await world.DieAsync();

        await world.RollbackAsync();

        world.Far["1"].ShouldBe("one");
        (await world.Store.ListAsync(World.Environment, 1, World.Cancellation))[0].ShouldSatisfyAllConditions(
            summary => summary.Header.Id.ShouldBe(killed.Value), summary => summary.Outcome.ShouldBe(DeploymentOutcome.RolledBack));
    }

    [Fact]
    public async Task What_stands_below_a_deployment_that_could_not_be_undone_is_left_alone()
    {
        var first = await world.SucceedAsync("one");
        await world.SucceedAsync("two");
        await world.SucceedAsync("three");
        world.Far.At = moment => moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;

        var result = await world.RollbackAsync(first);

        result.NeedsPerson.ShouldBeTrue();
        world.Far["1"].ShouldBe("three");
        (await world.Store.ListReleasesAsync(World.Environment, 9, World.Cancellation)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_left_to_a_person_is_undone_before_anything_below_it()
    {
        var good = await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        world.Far.At = moment => moment.StartsWith("verify") || moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;
        (await world.DeployAsync()).Outcome.ShouldBe(DeploymentOutcome.NeedsAttention);
        world.Far.At = _ => Task.CompletedTask;

        var result = await world.RollbackAsync();

        result.Target!.Deployment.ShouldBe(good);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task What_a_person_has_settled_before_a_later_release_is_not_undone_again()
    {
        var good = await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        world.Far.At = moment => moment.StartsWith("verify") || moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;
        (await world.DeployAsync()).Outcome.ShouldBe(DeploymentOutcome.NeedsAttention);
        world.Far.At = _ => Task.CompletedTask;
        await world.SucceedAsync("three");
        (await world.RollbackAsync()).Target!.Deployment.ShouldBe(good);
        world.Far.Asked.Clear();

        (await world.RollbackAsync()).IsUnchanged.ShouldBeTrue();

        world.Far.Asked.ShouldBeEmpty();
        (await EnvironmentStatus.ReadAsync(world.Store, World.Environment, World.Cancellation)).Unfinished.ShouldBeNull();
    }

    [Fact]
    public async Task A_hold_that_a_person_has_set_keeps_its_words()
    {
        await world.SucceedAsync("one");
        await world.SucceedAsync("two");
        await world.Store.SetHoldAsync(new(World.Environment, "the sale is on", "eve", world.Time.GetUtcNow()), World.Cancellation);

        await world.RollbackAsync();

        (await world.Store.FindHoldAsync(World.Environment, World.Cancellation))!.Reason.ShouldBe("the sale is on");
    }

    [Fact]
    public async Task A_killed_deployment_that_is_rolled_back_twice_takes_no_release_along()
    {
        await world.SucceedAsync("one");
        var good = await world.SucceedAsync("two");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "three")];
        await world.DieAsync();
        (await world.RollbackAsync()).Target!.Deployment.ShouldBe(good);

        var again = await world.RollbackAsync();

        again.IsUnchanged.ShouldBeTrue();
        again.Target!.Deployment.ShouldBe(good);
        world.Far["1"].ShouldBe("two");
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task What_ended_well_is_asked_about_before_it_is_undone_also_where_something_is_unfinished(bool further, int asked)
    {
        var first = await world.SucceedAsync("one");
        var second = await world.SucceedAsync("two");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "three")];
        var killed = await world.DieAsync();
        var plans = new List<RollbackPlan>();

        await world.RollbackAsync(new RollbackOptions { To = further ? first : null, Before = (plan, _, _) => { plans.Add(plan); return Task.CompletedTask; } });

        plans.Count.ShouldBe(asked);
        plans.ShouldAllBe(plan => plan.Undo.SequenceEqual(new[] { killed, second }));
    }

    [Fact]
    public async Task A_release_that_was_recorded_before_its_run_was_killed_is_recorded_once_and_can_be_rolled_back()
    {
        var good = await world.SucceedAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var store = new FlakyStore(world.Store) { IsLost = record => record.Event == JournalEvent.Ended };
        world.Store = store;
        var killed = await world.DieAsync();
        await using (var dying = await world.ContinueAsync(killed))
        {
            await dying.RunStageAsync("Migrate", StopSignals.None);
            (await Should.ThrowAsync<EndNotStoredException>(dying.EndAsync(succeeded: true, World.Cancellation))).Fact.ShouldContain($"{killed} is live");
        }

        store.IsLost = _ => false;
        Directory.Delete(world.Request().Folder, recursive: true);
        await using (var resumed = await world.ContinueAsync(killed))
        {
            await resumed.RunStageAsync("Migrate", StopSignals.None);
            await resumed.EndAsync(succeeded: true, World.Cancellation);
        }

        (await store.ListReleasesAsync(World.Environment, 9, World.Cancellation)).Select(release => release.Deployment).ShouldBe([killed, good]);
        (await world.RollbackAsync()).Target!.Deployment.ShouldBe(good);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task A_rollback_that_ended_in_the_middle_of_several_goes_on_where_it_ended()
    {
        var first = await world.SucceedAsync("one");
        var second = await world.SucceedAsync("two");
        var third = await world.SucceedAsync("three");
        world.Far.At = moment => moment.StartsWith("undo") && world.Far["1"] == "two" ? throw new IOException("cut") : Task.CompletedTask;

        var cut = await world.RollbackAsync(first);

        cut.Deployments.Select(one => (one.Header.Id, one.Outcome)).ShouldBe([(third.Value, DeploymentOutcome.RolledBack), (second.Value, DeploymentOutcome.NeedsAttention)]);
        (await world.Store.ListReleasesAsync(World.Environment, 1, World.Cancellation))[0].Deployment.ShouldBe(second);
        world.Far.At = _ => Task.CompletedTask;

        var rest = await world.RollbackAsync();

        rest.Deployments.ShouldHaveSingleItem().Header.Id.ShouldBe(second.Value);
        rest.Target!.Deployment.ShouldBe(first);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task A_rollback_that_is_stopped_undoes_no_further_deployment_and_says_what_is_live()
    {
        var first = await world.SucceedAsync("one");
        var second = await world.SucceedAsync("two");
        await world.SucceedAsync("three");
        using var stop = new CancellationTokenSource();
        world.Far.At = moment => moment.StartsWith("undo") ? stop.CancelAsync() : Task.CompletedTask;

        var result = await world.RollbackAsync(new RollbackOptions { To = first }, new StopSignals(stop.Token, CancellationToken.None));

        result.IsCancelled.ShouldBeTrue();
        result.Target!.Deployment.ShouldBe(second);
        world.Far["1"].ShouldBe("two");
        (await world.Store.ListReleasesAsync(World.Environment, 1, World.Cancellation))[0].Deployment.ShouldBe(second);
    }

    [Fact]
    public async Task What_is_broken_off_is_told_before_its_error_is_thrown()
    {
        await world.SucceedAsync("one");
        await world.SucceedAsync("two");
        using var abort = new CancellationTokenSource();
        world.Far.At = async moment =>
        {
            if (!moment.StartsWith("undo"))
                return;
            await abort.CancelAsync();
            abort.Token.ThrowIfCancellationRequested();
        };
        var told = new List<UndoneDeployment>();
        var options = new RollbackOptions { Ended = undone => { told.Add(undone); return Task.CompletedTask; } };

        await Should.ThrowAsync<OperationCanceledException>(world.RollbackAsync(options, new StopSignals(CancellationToken.None, abort.Token)));

        told.ShouldHaveSingleItem().Outcome.ShouldBe(DeploymentOutcome.NeedsAttention);
        told[0].BrokenOffBy.ShouldBeAssignableTo<OperationCanceledException>();
    }

    public void Dispose() => world.Dispose();
}
