using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Deployments;

public sealed class ResumptionTests
{
    const string Commit = "0123456789abcdef0123456789abcdef01234567";
    const string Id = "20261123T195301Z-0123456-k7m2";

    [Fact]
    public void The_unfinished_deployment_of_the_same_commit_is_resumed() =>
        Resumption.Decide(Newest(null), Request()).Value.ShouldBe(Id);

    [Fact]
    public void Nothing_is_resumed_where_the_newest_one_has_ended() =>
        Should.Throw<CannotResumeException>(() => Resumption.Decide(Newest(DeploymentOutcome.Succeeded), Request())).Remedy.ShouldContain("without --resume");

    [Fact]
    public void Another_commit_is_refused_with_the_one_that_it_needs() =>
        Should.Throw<CannotResumeException>(() => Resumption.Decide(Newest(null), Request() with { Commit = new string('f', 40) })).Remedy.ShouldContain(Commit);

    [Fact]
    public void Other_skip_flags_are_refused() =>
        Should.Throw<CannotResumeException>(() => Resumption.Decide(Newest(null), Request() with { Skipped = ["Migrate"] })).Fact.ShouldContain("leaves out nothing");

    [Fact]
    public void A_run_that_would_end_it_without_one_of_its_stages_is_refused() =>
        Should.Throw<CannotResumeException>(() => Resumption.Decide(Newest(null) with { Header = Newest(null).Header with { Stages = ["Migrate", "DeployK8s"] } }, Request() with { Stages = ["DeployK8s"] }))
            .Fact.ShouldContain("also runs Migrate");

    [Fact]
    public async Task A_finished_step_whose_far_side_was_changed_meanwhile_is_applied_again()
    {
        using var world = new World();
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        var id = await world.DieAsync();
        world.Far.Set("1", "by somebody else", null);
        world.Far.Asked.Clear();

        await using var resumed = await world.ContinueAsync(id);
        await resumed.RunStageAsync("Migrate", StopSignals.None);

        world.Far.Asked.ShouldBe(["find Migrate/1", "apply Migrate/1", "applied Migrate/1", "verify Migrate/1"]);
        world.Far["1"].ShouldBe("new");
    }

    [Fact]
    public async Task A_finished_step_that_does_not_verify_again_fails_and_is_undone_to_where_it_first_began()
    {
        using var world = new World();
        world.Far.Set("1", "old", null);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        var id = await world.DieAsync();
        world.Far.At = moment =>
        {
            if (moment == "verify Migrate/1")
                world.Far.Set("1", "by somebody else", null);
            return Task.CompletedTask;
        };

        await using var resumed = await world.ContinueAsync(id);
        await Should.ThrowAsync<StepNotVerifiedException>(resumed.RunStageAsync("Migrate", StopSignals.None));
        await resumed.CompensateAsync(World.Cancellation);

        resumed.OutcomeOf(succeeded: false).ShouldBe(DeploymentOutcome.RolledBack);
        world.Far["1"].ShouldBe("old");
    }

    [Fact]
    public async Task A_step_that_had_nothing_to_do_is_looked_up_again_too()
    {
        using var world = new World();
        world.Far.Set("1", "new", null);
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        var id = await world.DieAsync();
        world.Far.Set("1", "by somebody else", null);

        await using var resumed = await world.ContinueAsync(id);
        await resumed.RunStageAsync("Migrate", StopSignals.None);

        world.Far["1"].ShouldBe("new");
        resumed.State.Steps[StepId.Parse("Migrate/1")].AppliedFrom.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_step_in_doubt_is_found_on_its_far_side_and_not_applied_twice()
    {
        using var world = new World();
        world.Plan["Migrate"] = [world.Step("Migrate/1", "new")];
        world.Far.At = moment => moment == "applied Migrate/1" || moment == "find Migrate/1" && world.Far["1"] is not null ? throw new IOException("killed") : Task.CompletedTask;
        var id = await world.DieAsync();
        world.Far.At = _ => Task.CompletedTask;
        world.Far["1"].ShouldBe("new");
        world.Far.Asked.Clear();

        await using var resumed = await world.ContinueAsync(id);
        await resumed.RunStageAsync("Migrate", StopSignals.None);

        world.Far.Asked.ShouldBe(["find Migrate/1", "verify Migrate/1"]);
        resumed.State.Steps[StepId.Parse("Migrate/1")].Last.ShouldBe(JournalEvent.Verified);
    }

    [Fact]
    public async Task A_journal_of_another_environment_is_refused_and_the_lease_given_back()
    {
        using var world = new World();
        var folder = Directory.CreateTempSubdirectory("maily-other-");
        world.Store = new FileDeploymentStore(folder.FullName, world.Time);
        var id = await world.DieAsync();
        var copy = folder.CreateSubdirectory("staging").FullName;
        File.Copy(Path.Combine(folder.FullName, World.Environment, $"{id}.jsonl"), Path.Combine(copy, $"{id}.jsonl"));

        var refused = await Should.ThrowAsync<OtherEnvironmentException>(
            Deployment.ContinueAsync(world.Definition, world.Store, world.Request() with { Environment = "staging" }, id, World.Cancellation));

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Remedy.ShouldContain("--environment production");
        (await world.Store.FindLeaseAsync("staging", World.Cancellation)).ShouldBeNull();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task No_deployment_begins_over_one_that_is_neither_finished_nor_undone()
    {
        using var world = new World();
        await (await Deployment.StartAsync(world.Definition, world.Store, world.Request(), World.Cancellation)).DisposeAsync();

        var refused = await Should.ThrowAsync<UnfinishedDeploymentException>(() => Deployment.StartAsync(world.Definition, world.Store, world.Request(), World.Cancellation));

        refused.Remedy.ShouldContain("Rollback");
        (await world.Store.FindLeaseAsync(World.Environment, World.Cancellation)).ShouldBeNull();
    }

    static DeploymentSummary Newest(DeploymentOutcome? outcome) =>
        new(new DeploymentHeader(Id, "sandbox", Commit, "a@b", DateTimeOffset.UnixEpoch, [], []), outcome, DateTimeOffset.UnixEpoch);

    static DeploymentRequest Request() => new()
    {
        Id = DeploymentId.Parse("20261123T200000Z-0123456-aaaa"), Environment = "sandbox", Commit = Commit, Folder = ".",
        Log = NullLogger.Instance, Time = TimeProvider.System,
    };
}
