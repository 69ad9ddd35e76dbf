using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
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
