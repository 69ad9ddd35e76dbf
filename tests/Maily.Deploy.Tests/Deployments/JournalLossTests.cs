using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Tests.Deployments;

public sealed class JournalLossTests : IDisposable
{
    readonly World world = new();
    readonly FlakyStore store;

    public JournalLossTests()
    {
        world.Store = store = new FlakyStore(world.Store);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", "new")];
    }

    [Fact]
    public async Task A_store_that_is_lost_admits_no_new_step_and_undoing_goes_on()
    {
        store.IsLost = record => record.Sequence > 5;

        var (_, outcome, failure) = await world.DeployAsync();

        failure.ShouldBeOfType<JournalUnreachableException>();
        outcome.ShouldBe(DeploymentOutcome.RolledBack);
        world.Far.Asked.ShouldNotContain("apply DeployK8s/eu");
        world.Far["1"].ShouldBeNull();
    }

    [Fact]
    public async Task A_store_that_is_lost_at_the_intent_lets_nothing_be_sent()
    {
        store.IsLost = record => record.Event == JournalEvent.Applying;

        await world.DeployAsync();

        world.Far.Asked.ShouldNotContain("apply Migrate/1");
    }

    [Fact]
    public async Task What_only_this_machine_knows_is_brought_to_the_store_by_the_next_process()
    {
        store.IsLost = record => record.Event == JournalEvent.Verified;
        var id = await DieLostAsync();
        (await world.JournalAsync(id))[^1].ShouldBe("Applied Migrate/1");
        store.IsLost = _ => false;

        await using var deployment = await world.ContinueAsync(id);

        (await world.JournalAsync(id)).ShouldContain("Verified Migrate/1");
        deployment.State.Steps[StepId.Parse("Migrate/1")].MayHaveChanged.ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_that_answers_again_at_the_end_gets_what_it_missed()
    {
        world.Plan["DeployK8s"] = [];
        var lost = true;
        store.IsLost = record => lost && record.Event == JournalEvent.Verified;
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        lost = false;

        await deployment.EndAsync(succeeded: true, World.Cancellation);

        (await world.JournalAsync(deployment.Context.Id)).ShouldContain("Verified Migrate/1");
        (await store.ListAsync(World.Environment, 1, World.Cancellation))[0].Outcome.ShouldBe(DeploymentOutcome.Succeeded);
    }

    public void Dispose() => world.Dispose();

    async Task<DeploymentId> DieLostAsync()
    {
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        return deployment.Context.Id;
    }
}
