using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Tests.Deployments;

public sealed class DeploymentTests : IDisposable
{
    readonly World world = new() { Holds = true };

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public DeploymentTests()
    {
        world.Far.Set("eu", "old", null);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new", StepKind.Conditional)];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
    }

    [Fact]
    public async Task A_success_is_journalled_step_by_step_and_recorded_as_a_release()
    {
        var (id, outcome, _) = await world.DeployAsync();

        outcome.ShouldBe(DeploymentOutcome.Succeeded);
        (await world.JournalAsync(id)).ShouldBe([
            "Started", "Captured Migrate/1", "Applying Migrate/1", "Applied Migrate/1", "Verified Migrate/1",
            "Captured DeployK8s/eu", "Applying DeployK8s/eu", "Applied DeployK8s/eu", "Verified DeployK8s/eu", "Ended"]);
        (await world.Store.ListReleasesAsync(World.Environment, 1, Cancellation))[0].Migrations.ShouldBe(["1"]);
        (await world.Store.FindHoldAsync(World.Environment, Cancellation)).ShouldBeNull();
        (await world.Store.FindLeaseAsync(World.Environment, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task The_restore_point_is_written_before_the_change_and_the_intent_before_the_request()
    {
        var atApply = "";
        world.Far.At = async moment =>
        {
            if (moment == "apply Migrate/1")
                atApply = string.Join(' ', await world.JournalAsync(DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa")));
        };

        await world.DeployAsync();

        atApply.ShouldBe("Started Captured Migrate/1 Applying Migrate/1");
    }

    [Fact]
    public async Task A_failure_undoes_all_in_reverse_and_leaves_a_hold()
    {
        Fail("verify DeployK8s/eu", new IOException("cut"));

        var (_, outcome, failure) = await world.DeployAsync();

        outcome.ShouldBe(DeploymentOutcome.RolledBack);
        failure!.Message.ShouldBe("cut");
        world.Far.Asked.Where(moment => moment.StartsWith("undo")).ShouldBe(["undo DeployK8s/eu", "undo Migrate/1"]);
        (world.Far["eu"], world.Far["1"]).ShouldBe(("old", null));
        (await world.Store.FindHoldAsync(World.Environment, Cancellation)).ShouldNotBeNull();
        (await world.Store.ListReleasesAsync(World.Environment, 1, Cancellation)).ShouldBeEmpty();
        (await world.Store.ListAsync(World.Environment, 1, Cancellation))[0].Outcome.ShouldBe(DeploymentOutcome.RolledBack);
    }

    [Fact]
    public async Task A_failed_verification_fails_the_step()
    {
        world.Far.At = moment =>
        {
            if (moment == "verify Migrate/1")
                world.Far.Set("1", "by somebody else", null);
            return Task.CompletedTask;
        };

        var (_, _, failure) = await world.DeployAsync();

        failure.ShouldBeOfType<StepNotVerifiedException>().Evidence.ShouldBe("wanted new, observed by somebody else");
    }

    [Fact]
    public async Task A_lost_answer_is_found_on_the_far_side_and_not_sent_again()
    {
        Fail("applied Migrate/1", new IOException("the answer was lost"));

        var (_, outcome, _) = await world.DeployAsync();

        outcome.ShouldBe(DeploymentOutcome.Succeeded);
        world.Far.Asked.Count(moment => moment == "apply Migrate/1").ShouldBe(1);
    }

    [Fact]
    public async Task What_is_as_wanted_already_is_neither_touched_nor_undone()
    {
        world.Far.Set("1", "new", null);
        Fail("apply DeployK8s/eu", new IOException("cut"));

        var (id, _, _) = await world.DeployAsync();

        (await world.JournalAsync(id)).ShouldContain("Unchanged Migrate/1");
        world.Far.Asked.ShouldNotContain("apply Migrate/1");
        world.Far.Asked.ShouldNotContain("undo Migrate/1");
        world.Far["1"].ShouldBe("new");
    }

    [Fact]
    public async Task A_stop_undoes_what_was_done()
    {
        using var stop = new CancellationTokenSource();
        world.Far.At = moment => moment == "apply Migrate/1" ? stop.CancelAsync() : Task.CompletedTask;

        var (_, outcome, failure) = await world.DeployAsync(new StopSignals(stop.Token, CancellationToken.None));

        failure.ShouldBeAssignableTo<OperationCanceledException>();
        outcome.ShouldBe(DeploymentOutcome.RolledBack);
        world.Far["1"].ShouldBeNull();
        world.Far.Asked.ShouldNotContain("capture DeployK8s/eu");
        world.Far.Asked.ShouldContain("verify Migrate/1");
    }

    [Fact]
    public async Task A_resumed_deployment_verifies_what_is_done_and_goes_on()
    {
        Fail("apply DeployK8s/eu", new IOException("killed"));
        var id = await world.DieAsync();
        (world.Far.At, _) = (_ => Task.CompletedTask, 0);
        world.Far.Asked.Clear();

        await using var deployment = await world.ContinueAsync(id);
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        world.Far.Asked.ShouldBe(["find Migrate/1", "verify Migrate/1", "find DeployK8s/eu", "apply DeployK8s/eu", "applied DeployK8s/eu", "verify DeployK8s/eu"]);
        deployment.State.Steps[StepId.Parse("DeployK8s/eu")].RestorePoint!.Read<SetStep.Former>().Value.ShouldBe("old");
    }

    [Fact]
    public async Task A_deployment_whose_undoing_has_begun_is_not_resumed_but_undone_to_its_end()
    {
        var id = await world.DieAsync();
        await using (var dying = await world.ContinueAsync(id))
        {
            world.Far.At = moment => moment == "undo Migrate/1" ? throw new OperationCanceledException() : Task.CompletedTask;
            await dying.CompensateAsync(Cancellation);
        }

        world.Far.At = _ => Task.CompletedTask;
        await using var deployment = await world.ContinueAsync(id);
        await Should.ThrowAsync<CannotResumeException>(deployment.RunStageAsync("Migrate", StopSignals.None));
        await deployment.CompensateAsync(Cancellation);

        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
        world.Far["1"].ShouldBeNull();
    }

    [Fact]
    public async Task A_deployment_that_nobody_knows_cannot_be_continued_and_the_known_ones_are_named()
    {
        var (known, _, _) = await world.DeployAsync();

        var error = await Should.ThrowAsync<UnknownDeploymentException>(world.ContinueAsync(DeploymentId.Parse("20200101T000000Z-0000000-aaaa")));

        error.Evidence.ShouldNotBeNull().ShouldContain(known.Value);
        (await world.Store.FindLeaseAsync(World.Environment, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Two_deployments_never_hold_one_environment()
    {
        await using var one = await world.StartAsync();

        await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseHeldException>(world.StartAsync());
    }

    [Fact]
    public async Task A_lease_that_is_lost_in_the_middle_stops_all_and_undoes_nothing()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var other = new World { Time = time, Holds = true };
        other.Plan["Migrate"] = [other.Step("Migrate/1", "new")];
        other.Plan["DeployK8s"] = [other.Step("DeployK8s/eu", "new")];
        other.Far.At = async moment =>
        {
            if (moment != "applied Migrate/1")
                return;
            var lease = (await other.Store.FindLeaseAsync(World.Environment, Cancellation))!;
            await other.Store.ReleaseAsync(lease, Cancellation);
            await other.Store.TryAcquireAsync(World.Environment, new("thief", "eve", "there", 2), TimeSpan.FromHours(1), Cancellation);
        };
        await using var deployment = await other.StartAsync();

        await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseLostException>(deployment.RunStageAsync("Migrate", StopSignals.None));
        await deployment.CompensateAsync(Cancellation);
        await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseLostException>(deployment.EndAsync(succeeded: false, Cancellation));

        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.NeedsAttention);
        deployment.OutcomeOf(succeeded: true).ShouldBe(DeploymentOutcome.NeedsAttention);
        other.Far["1"].ShouldBe("new");
        (await other.Store.FindHoldAsync(World.Environment, Cancellation)).ShouldBeNull();
        (await other.Store.FindLeaseAsync(World.Environment, Cancellation))!.Holder.User.ShouldBe("eve");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stage_that_a_lost_lease_breaks_off_says_so_rather_than_cancelled_or_not_permitted(bool isCancelled)
    {
        using var other = new World();
        other.Plan["Migrate"] = [other.Step("Migrate/1", "new"), other.Step("Migrate/2", "new", StepKind.Reversible, "Migrate/1")];
        await using var deployment = await other.StartAsync();
        other.Far.At = async moment =>
        {
            if (moment != "apply Migrate/2")
                return;
            var lease = (await other.Store.FindLeaseAsync(World.Environment, Cancellation))!;
            await other.Store.ReleaseAsync(lease, Cancellation);
            await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseLostException>(deployment.RunStageAsync("DeployK8s", StopSignals.None));
            throw isCancelled ? new OperationCanceledException("broken off") : new PermitExpiredException(deployment.Context.Id, new("Migrate", "2"));
        };
        other.Plan["DeployK8s"] = [other.Step("DeployK8s/eu", "new")];

        await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseLostException>(deployment.RunStageAsync("Migrate", StopSignals.None));
    }

    [Fact]
    public async Task Undoing_that_a_lost_lease_breaks_off_says_so_rather_than_cancelled()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        using var other = new World { Time = time };
        other.Plan["Migrate"] = [other.Step("Migrate/1", "new")];
        await using var deployment = await other.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        other.Far.At = async moment =>
        {
            if (!moment.StartsWith("undo", StringComparison.Ordinal))
                return;
            var lease = (await other.Store.FindLeaseAsync(World.Environment, Cancellation))!;
            await other.Store.ReleaseAsync(lease, Cancellation);
            await other.Store.TryAcquireAsync(World.Environment, new("thief", "eve", "there", 2), TimeSpan.FromHours(1), Cancellation);
            // The heartbeat finds it, and ends what is under way by a cancellation.
            for (var beat = 0; beat < 500 && deployment.OutcomeOf(succeeded: true) == DeploymentOutcome.Succeeded; beat++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
            }

            throw new OperationCanceledException("broken off");
        };

        var lost = await Should.ThrowAsync<Maily.Deploy.Deployments.Leases.LeaseLostException>(deployment.CompensateAsync(Cancellation));

        lost.Evidence.ShouldNotBeNull().ShouldContain("eve");
    }

    [Fact]
    public async Task A_hold_that_is_set_while_a_deployment_waits_for_the_lease_refuses_it_and_not_what_undoes_one()
    {
        await world.Store.PrepareAsync(Cancellation);
        await world.Store.SetHoldAsync(new(World.Environment, "eu is on fire", "ann on desk", DateTimeOffset.UnixEpoch), Cancellation);

        var held = await Should.ThrowAsync<HeldException>(Deployment.StartAsync(world.Definition, world.Store, world.Request() with { HonoursHold = true }, Cancellation));

        held.Kind.ShouldBe(FailureKind.Refused);
        held.Fact.ShouldContain("ann on desk: eu is on fire");
        (await world.Store.FindLeaseAsync(World.Environment, Cancellation)).ShouldBeNull();
        (await world.Store.ListAsync(World.Environment, 9, Cancellation)).ShouldBeEmpty();
        await using var undoing = await world.StartAsync();
    }

    [Fact]
    public async Task A_client_that_gives_up_waiting_is_a_failure_and_no_cancellation()
    {
        Fail("apply Migrate/1", new TaskCanceledException("100 s are over"));

        var (id, outcome, failure) = await world.DeployAsync();

        failure.ShouldBeOfType<StepTimedOutException>().Evidence.ShouldBe("100 s are over");
        outcome.ShouldBe(DeploymentOutcome.RolledBack);
        (await world.Store.ReadAsync(World.Environment, id, Cancellation).ToListAsync(Cancellation)).ShouldContain(record => record.Text == "100 s are over");
    }

    [Fact]
    public async Task A_stage_without_a_planner_is_a_mistake_of_the_pipeline()
    {
        await using var deployment = await world.StartAsync();

        await Should.ThrowAsync<BrokenPipelineException>(deployment.RunStageAsync("Nothing", StopSignals.None));
    }

    public void Dispose() => world.Dispose();

    void Fail(string at, Exception failure)
    {
        var done = false;
        world.Far.At = moment => moment == at && !done && (done = true) ? throw failure : Task.CompletedTask;
    }
}
