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
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", Maily.Deploy.Deployments.StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        deployment.Compensated.Select(step => (step.Step.Name, step.Result.State)).ShouldBe([("sent", CompensationState.NeedsPerson), ("image", CompensationState.Kept)]);
        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.NeedsAttention);
        (world.Far["image"], world.Far["sent"]).ShouldBe(("new", "new"));
    }

    [Fact]
    public async Task One_that_fails_for_a_moment_is_repeated()
    {
        var failures = 0;
        world.Far.At = moment => moment == "undo Migrate/1" && failures++ < 1 ? throw new IOException("cut") : Task.CompletedTask;
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", Maily.Deploy.Deployments.StopSignals.None);

        await deployment.CompensateAsync(World.Cancellation);

        deployment.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
        world.Far["1"].ShouldBeNull();
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
        await using var again = await world.ContinueAsync(Maily.Deploy.Deployments.DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa"));
        await again.CompensateAsync(World.Cancellation);

        again.Compensated.ShouldHaveSingleItem().Result.State.ShouldBe(CompensationState.Undone);
        world.Far["eu"].ShouldBeNull();
    }

    [Fact]
    public async Task A_way_back_that_this_program_does_not_know_is_left_to_a_person()
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        await using (var deployment = await world.StartAsync())
            await deployment.RunStageAsync("Migrate", Maily.Deploy.Deployments.StopSignals.None);
        world.Plan.Remove("Migrate");

        await using var again = await world.ContinueAsync(Maily.Deploy.Deployments.DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa"));
        await again.CompensateAsync(World.Cancellation);

        again.Compensated.ShouldHaveSingleItem().Result.Text.ShouldContain("test.set");
        again.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.NeedsAttention);
    }

    public void Dispose() => world.Dispose();
}
