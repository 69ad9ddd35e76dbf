using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Tests.Deployments.Steps;

public sealed class CompensationTests : IDisposable
{
    readonly World world = new();

    [Fact]
    public async Task An_additive_step_is_kept_and_listed_and_an_irreversible_one_needs_a_person()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/image", "new", StepKind.Additive), world.Step("Migrate/sent", "new", StepKind.Irreversible, "Migrate/image")];
        await using var deployment = await world.StartAsync(consented: true);
        await deployment.RunStageAsync("Migrate", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        deployment.Compensated.Select(step => (step.Step.Name, step.Result.State)).ShouldBe([("sent", CompensationState.NeedsPerson), ("image", CompensationState.Kept)]);
        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.NeedsAttention);
        (world.Far["image"], world.Far["sent"]).ShouldBe(("new", "new"));
    }

    [Fact]
    public async Task What_cannot_be_undone_is_not_done_without_consent()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new"), world.Step("Migrate/sent", "new", StepKind.Irreversible, "Migrate/1")];
        await using var deployment = await world.StartAsync();

        var refused = await Should.ThrowAsync<IrreversibleStepException>(deployment.RunStageAsync("Migrate", StopSignals.None));
        await deployment.CompensateAsync(World.Cancellation);

        refused.Message.ShouldContain("Migrate/sent cannot be undone");
        refused.Remedy.ShouldContain("--yes");
        (world.Far["1"], world.Far["sent"]).ShouldBe((null, null));
        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
    }

    [Fact]
    public async Task One_that_fails_for_a_moment_is_repeated()
    {
        var failures = 0;
        world.Far.At = moment => moment == "undo Migrate/1" && failures++ < 1 ? throw new IOException("cut") : Task.CompletedTask;
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
        world.Far["1"].ShouldBeNull();
    }

    [Fact]
    public async Task A_permit_that_seemed_to_have_ended_is_asked_for_again_while_the_lease_is_held()
    {
        var refusals = 0;
        await using var deployment = await DeployedAsync();
        world.Far.At = moment => moment == "undo Migrate/1" && refusals++ < 1 ? throw new PermitExpiredException(deployment.Context.Id, new("Migrate", "1")) : Task.CompletedTask;

        await deployment.CompensateAsync(World.Cancellation);

        refusals.ShouldBe(2);
        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
    }

    async Task<Deployment> DeployedAsync()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        return deployment;
    }

    [Fact]
    public async Task One_that_keeps_failing_does_not_stop_the_rest_and_stays_to_be_undone_for_the_next_rollback()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
        world.Far.At = moment => moment is "undo DeployK8s/eu" or "verify DeployK8s/eu" ? throw new IOException("cut") : Task.CompletedTask;

        var (_, outcome, _) = await world.DeployAsync();

        outcome.ShouldBe(DeploymentOutcome.NeedsAttention);
        (world.Far["1"], world.Far["eu"]).ShouldBe((null, "new"));

        world.Far.At = _ => Task.CompletedTask;
        await using var again = await world.ContinueAsync(DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa"));
        await again.CompensateAsync(World.Cancellation);

        again.Compensated.ShouldHaveSingleItem().Result.State.ShouldBe(CompensationState.Undone);
        world.Far["eu"].ShouldBeNull();
    }

    [Fact]
    public async Task A_way_back_that_this_program_does_not_know_is_left_to_a_person()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        await using (var deployment = await world.StartAsync())
            await deployment.RunStageAsync("Migrate", StopSignals.None);
        world.Plan.Remove("Migrate");

        await using var again = await world.ContinueAsync(DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa"));
        await again.CompensateAsync(World.Cancellation);

        again.Compensated.ShouldHaveSingleItem().Result.Text.ShouldContain("test.set");
        again.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.NeedsAttention);
    }

    [Fact]
    public async Task What_ran_side_by_side_is_undone_side_by_side_and_listed_last_applied_first()
    {
        Meeting applying = new(2), undoing = new(2);
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new"), world.Step("DeployK8s/us", "new")];
        world.Far.At = moment => moment.StartsWith("apply ") ? applying.MeetAsync() : moment.StartsWith("undo ") ? undoing.MeetAsync() : Task.CompletedTask;
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        (world.Far["eu"], world.Far["us"]).ShouldBe((null, null));
        deployment.Compensated.Select(step => step.Step).ShouldBe(
            deployment.State.Steps.Values.OrderByDescending(step => step.AppliedFrom).Select(step => step.Id));
    }

    [Fact]
    public async Task What_stands_upon_a_step_is_undone_before_it()
    {
        Meeting applying = new(2);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new"), world.Step("Migrate/2", "new", StepKind.Reversible, "Migrate/1")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new"), world.Step("DeployK8s/us", "new")];
        var stillThere = new List<string>();
        world.Far.At = async moment =>
        {
            if (moment.StartsWith("apply DeployK8s"))
                await applying.MeetAsync();
            string[] above = moment switch { "undo Migrate/1" => ["2", "eu", "us"], "undo Migrate/2" => ["eu", "us"], _ => [] };
            stillThere.AddRange(above.Where(name => world.Far[name] is not null));
            // Time enough for one that does not wait to come first.
            if (moment.StartsWith("undo DeployK8s"))
                await Task.Delay(50, World.Cancellation);
        };
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        stillThere.ShouldBeEmpty();
        deployment.Compensated.Length.ShouldBe(4);
        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
    }

    [Fact]
    public async Task One_that_failed_was_over_when_the_next_run_began_others()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Far.At = moment => moment == "verify Migrate/1" ? throw new IOException("cut") : Task.CompletedTask;
        var id = await world.DieAsync();
        world.Far.At = moment => moment == "undo DeployK8s/eu" && world.Far["1"] is null ? throw new InvalidDataException("undone too early") : Task.CompletedTask;
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
        await using var deployment = await world.ContinueAsync(id);
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        deployment.Compensated.Select(step => (step.Step.Name, step.Result.State)).ShouldBe([("eu", CompensationState.Undone), ("1", CompensationState.Undone)]);
    }

    [Fact]
    public async Task One_that_cannot_be_undone_holds_up_neither_its_neighbour_nor_what_is_below()
    {
        Meeting applying = new(2);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new"), world.Step("DeployK8s/us", "new")];
        world.Far.At = moment => moment.StartsWith("apply DeployK8s") ? applying.MeetAsync() : moment == "undo DeployK8s/eu" ? throw new IOException("cut") : Task.CompletedTask;
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        (world.Far["eu"], world.Far["us"], world.Far["1"]).ShouldBe(("new", null, null));
        deployment.Compensated.Count(step => step.Result.State == CompensationState.NeedsPerson).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_broken_off_begins_nothing_below_it()
    {
        using var abort = new CancellationTokenSource();
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
        world.Far.At = async moment =>
        {
            if (moment != "undo DeployK8s/eu")
                return;
            await abort.CancelAsync();
            abort.Token.ThrowIfCancellationRequested();
        };
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);

        await Should.ThrowAsync<OperationCanceledException>(deployment.CompensateAsync(abort.Token));

        world.Far.Asked.ShouldNotContain("undo Migrate/1");
    }

    public void Dispose() => world.Dispose();

    /// <summary>Each waits there until all have come; one that comes alone is an error, not a hang.</summary>
    sealed class Meeting(int size)
    {
        readonly TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int present;

        public Task MeetAsync()
        {
            if (Interlocked.Increment(ref present) == size)
                all.SetResult();
            return all.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, World.Cancellation);
        }
    }
}
