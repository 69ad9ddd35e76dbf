using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Releases;

namespace Maily.Deploy.Tests.Deployments;

public sealed class RollbackTests : IDisposable
{
    readonly World world = new();

    [Fact]
    public void The_default_is_the_release_before_the_current_one() =>
        Decide(null, "C B A", null).ShouldBe("undo C, back to B");

    [Fact]
    public void A_named_release_undoes_all_after_it_newest_first() =>
        Decide(null, "C B A", "A").ShouldBe("undo C B, back to A");

    [Fact]
    public void The_first_release_goes_back_to_nothing() =>
        Decide(null, "A", null).ShouldBe("undo A, back to nothing");

    [Fact]
    public void What_was_rolled_back_already_stays_as_it_is() =>
        Decide(null, "A B A", null).ShouldBe("nothing to do");

    [Fact]
    public void A_named_release_can_be_gone_back_to_after_a_rollback() =>
        Decide(null, "B C B A", "A").ShouldBe("undo B, back to A");

    [Fact]
    public void A_release_that_was_undone_is_not_undone_again() =>
        Decide(null, "D B C B A", null).ShouldBe("undo D, back to B");

    [Fact]
    public void The_current_release_is_where_we_are() =>
        Decide(null, "B A", "B").ShouldBe("nothing to do");

    [Fact]
    public void An_unfinished_deployment_is_undone_first() =>
        Decide("C", "B A", null).ShouldBe("undo C, back to B");

    [Fact]
    public void An_unfinished_deployment_is_undone_before_the_others() =>
        Decide("C", "B A", "A").ShouldBe("undo C B, back to A");

    [Fact]
    public void An_unfinished_deployment_that_recorded_its_release_is_not_gone_back_to() =>
        Decide("B", "B A", null).ShouldBe("undo B, back to A");

    [Fact]
    public void An_unfinished_first_deployment_goes_back_to_nothing() =>
        Decide("A", "", null).ShouldBe("undo A, back to nothing");

    [Fact]
    public void Without_any_release_there_is_nothing_to_roll_back() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "", null)).Kind.ShouldBe(FailureKind.Refused);

    [Fact]
    public void An_unknown_release_is_refused_and_the_known_ones_are_named() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "B A", "Z")).Evidence.ShouldNotBeNull().ShouldContain(IdOf('B').Value);

    [Fact]
    public void A_release_that_was_undone_cannot_be_gone_to() =>
        Should.Throw<NothingToRollBackException>(() => Decide(null, "A B A", "B"));

    [Fact]
    public async Task A_rollback_brings_the_far_side_back_and_sets_a_hold()
    {
        var first = await DeployAsync("one");
        await DeployAsync("two");

        var result = await world.RollbackAsync();

        result.Target!.Deployment.ShouldBe(first);
        world.Far["1"].ShouldBe("one");
        (await world.Store.FindHoldAsync(World.Environment, World.Cancellation)).ShouldNotBeNull().Reason.ShouldContain("was rolled back");
        (await world.Store.ListReleasesAsync(World.Environment, 1, World.Cancellation))[0].Deployment.ShouldBe(first);
    }

    [Fact]
    public async Task Rolling_back_twice_is_a_no_op_that_says_so()
    {
        await DeployAsync("one");
        await DeployAsync("two");
        await world.RollbackAsync();
        world.Far.Asked.Clear();

        (await world.RollbackAsync()).IsUnchanged.ShouldBeTrue();

        world.Far.Asked.ShouldBeEmpty();
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task The_first_deployment_rolled_back_leaves_nothing_live()
    {
        await DeployAsync("one");

        (await world.RollbackAsync()).Target.ShouldBeNull();

        world.Far["1"].ShouldBeNull();
        (await world.RollbackAsync()).IsUnchanged.ShouldBeTrue();
        await using var next = await world.StartAsync();
        next.Context.Live.ShouldBeNull();
    }

    [Fact]
    public async Task A_killed_deployment_is_undone_from_its_journal()
    {
        await DeployAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var killed = await world.DieAsync();

        await world.RollbackAsync();

        world.Far["1"].ShouldBe("one");
        (await world.Store.ListAsync(World.Environment, 1, World.Cancellation))[0].ShouldSatisfyAllConditions(
            summary => summary.Header.Id.ShouldBe(killed.Value), summary => summary.Outcome.ShouldBe(DeploymentOutcome.RolledBack));
    }

    [Theory]
    [InlineData("good")]
    [InlineData("undone")]
    [InlineData("left to a person")]
    public async Task Where_only_the_unfinished_is_undone_a_deployment_that_has_ended_is_left_alone(string newest)
    {
        await DeployAsync("one");
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
        await DeployAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var killed = await world.DieAsync();

        var result = await world.RollbackAsync(new RollbackOptions { UnfinishedOnly = true });

        result.Deployments.ShouldHaveSingleItem().Header.Id.ShouldBe(killed.Value);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task Where_only_the_unfinished_is_undone_one_that_ends_well_meanwhile_stays_live()
    {
        await DeployAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var running = await world.DieAsync();
        var inner = world.Store;
        var ended = false;
        world.Store = new FlakyStore(inner)
        {
            OnAcquire = async () =>
            {
                if (ended)
                    return;
                ended = true;
                await using var elsewhere = await world.ContinueAsync(running);
                await elsewhere.EndAsync(succeeded: true, World.Cancellation);
            },
        };

        (await world.RollbackAsync(new RollbackOptions { UnfinishedOnly = true })).NothingIsUnfinished.ShouldBeTrue();

        world.Far["1"].ShouldBe("two");
        (await inner.FindHoldAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task What_stands_below_a_deployment_that_could_not_be_undone_is_left_alone()
    {
        var first = await DeployAsync("one");
        await DeployAsync("two");
        await DeployAsync("three");
        world.Far.At = moment => moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;

        var result = await world.RollbackAsync(first);

        result.NeedsPerson.ShouldBeTrue();
        world.Far["1"].ShouldBe("three");
        (await world.Store.ListReleasesAsync(World.Environment, 9, World.Cancellation)).Length.ShouldBe(3);
    }

    [Fact]
    public async Task What_was_left_to_a_person_is_undone_before_anything_below_it()
    {
        var good = await DeployAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        world.Far.At = moment => moment.StartsWith("verify") || moment.StartsWith("undo") ? throw new IOException("cut") : Task.CompletedTask;
        (await world.DeployAsync()).Outcome.ShouldBe(DeploymentOutcome.NeedsAttention);
        world.Far.At = _ => Task.CompletedTask;

        var result = await world.RollbackAsync();

        result.Target!.Deployment.ShouldBe(good);
        world.Far["1"].ShouldBe("one");
    }

    [Fact]
    public async Task A_rollback_that_another_deployment_overtakes_touches_nothing()
    {
        await DeployAsync("one");
        await DeployAsync("two");
        var inner = world.Store;
        var overtaken = false;
        world.Store = new FlakyStore(inner)
        {
            OnAcquire = async () =>
            {
                if (overtaken)
                    return;
                overtaken = true;
                await DeployAsync("three");
            },
        };

        (await Should.ThrowAsync<RollbackOvertakenException>(world.RollbackAsync())).Kind.ShouldBe(FailureKind.Refused);

        world.Far["1"].ShouldBe("three");
        (await inner.FindHoldAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_rollback_that_ended_in_the_middle_of_several_goes_on_where_it_ended()
    {
        var first = await DeployAsync("one");
        var second = await DeployAsync("two");
        var third = await DeployAsync("three");
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
        var first = await DeployAsync("one");
        var second = await DeployAsync("two");
        await DeployAsync("three");
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
        await DeployAsync("one");
        await DeployAsync("two");
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

    [Fact]
    public async Task A_deployment_that_ended_while_the_rollback_waited_is_left_alone()
    {
        await DeployAsync("one");
        world.Plan["Migrate"] = [world.Step("Migrate/1", "two")];
        var dead = await world.DieAsync();
        var inner = world.Store;
        var ended = false;
        world.Store = new FlakyStore(inner)
        {
            OnAcquire = async () =>
            {
                if (ended)
                    return;
                ended = true;
                await using var elsewhere = await world.ContinueAsync(dead);
                await elsewhere.CompensateAsync(World.Cancellation);
                await elsewhere.EndAsync(succeeded: false, World.Cancellation);
            },
        };

        await Should.ThrowAsync<RollbackOvertakenException>(world.RollbackAsync());

        world.Far["1"].ShouldBe("one");
    }

    public void Dispose() => world.Dispose();

    async Task<DeploymentId> DeployAsync(string value)
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", value)];
        var (id, outcome, _) = await world.DeployAsync();
        outcome.ShouldBe(DeploymentOutcome.Succeeded);
        return id;
    }

    static string Decide(string? unfinished, string newestFirst, string? to)
    {
        var releases = newestFirst.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new ReleaseRecord
        {
            Deployment = IdOf(name[0]), Environment = "production", Commit = "c", At = default,
        });
        var plan = Rollback.Decide(unfinished is null ? null : IdOf(unfinished[0]), [.. releases], to is null ? null : IdOf(to[0]));
        return plan is null ? "nothing to do" : $"undo {string.Join(' ', plan.Undo.Select(NameOf))}, back to {(plan.Target is { } target ? NameOf(target.Deployment) : "nothing")}";
    }

    static DeploymentId IdOf(char name) => DeploymentId.Parse($"20261123T1953{name - 'A':00}Z-dfce3c5-aaaa");

    static char NameOf(DeploymentId id) => (char)('A' + int.Parse(id.Value[13..15]));
}
