using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Reports;

namespace Maily.Deploy.Tests.Deployments;

public sealed class UnchangedTests : IDisposable
{
    readonly World world = new();

    [Fact]
    public async Task A_second_deployment_of_the_same_touches_nothing_and_makes_no_release()
    {
        var first = await DeployAsync("one");
        world.Far.Asked.Clear();

        var again = await DeployAsync("one");

        world.Far.Asked.ShouldAllBe(moment => moment.StartsWith("capture") || moment.StartsWith("find"));
        again.State.Steps.Values.ShouldAllBe(step => step.Last == JournalEvent.Unchanged);
        (await ReleasesAsync()).ShouldHaveSingleItem().Deployment.ShouldBe(first.Id);
        (await world.Store.ListAsync(World.Environment, 9, World.Cancellation)).Select(line => line.Outcome).ShouldBe([DeploymentOutcome.Succeeded, DeploymentOutcome.Succeeded]);
        again.Report.IsUnchanged.ShouldBeTrue();
        ReportText.Markdown(again.Report).ShouldStartWith("# production is deployed already: nothing changed");
    }

    [Fact]
    public async Task A_rollback_after_it_goes_to_the_release_before_the_live_one()
    {
        var first = await DeployAsync("one");
        await DeployAsync("two");
        await DeployAsync("two");

        (await world.RollbackAsync()).Target!.Deployment.ShouldBe(first.Id);

        world.Far["1"].ShouldBe("one");
        world.Far["eu"].ShouldBe("one");
    }

    [Fact]
    public async Task Mending_what_somebody_changed_is_a_change()
    {
        await DeployAsync("one");
        world.Far.Set("eu", "changed by hand", null);

        var mending = await DeployAsync("one");

        (await ReleasesAsync()).Length.ShouldBe(2);
        mending.Report.IsUnchanged.ShouldBeFalse();
        (await world.RollbackAsync()).Target.ShouldNotBeNull();
        world.Far["eu"].ShouldBe("changed by hand");
    }

    [Fact]
    public async Task What_is_live_without_a_record_gets_one()
    {
        world.Far.Set("1", "one", null);
        world.Far.Set("eu", "one", null);

        var adopting = await DeployAsync("one");

        (await ReleasesAsync()).ShouldHaveSingleItem().Deployment.ShouldBe(adopting.Id);
    }

    [Theory]
    [InlineData("images")]
    [InlineData("manifests")]
    [InlineData("migrations")]
    [InlineData("frontend")]
    public void Releases_differ_by_each_of_their_parts(string part)
    {
        var release = new ReleaseRecord
        {
            Deployment = DeploymentId.Parse("20261123T195301Z-dfce3c5-aaaa"), Environment = "production", Commit = "c", At = default, VercelDeployment = "dpl_1", Migrations = ["1"],
        };
        var other = part switch
        {
            "images" => release with { Images = release.Images.Add("api", "x@sha256:1") },
            "manifests" => release with { Manifests = release.Manifests.Add("eu", "1") },
            "migrations" => release with { Migrations = ["1", "2"] },
            _ => release with { VercelDeployment = "dpl_2" },
        };

        other.HasContentOf(release).ShouldBeFalse();
        (release with { Commit = "d", At = DateTimeOffset.UnixEpoch }).HasContentOf(release).ShouldBeTrue();
    }

    public void Dispose() => world.Dispose();

    async Task<(DeploymentId Id, JournalState State, DeploymentReport Report)> DeployAsync(string value)
    {
        world.Plan["Migrate"] = [world.Step("Migrate/1", value)];
        world.Plan["DeployK8s"] = [world.Step("DeployK8s/eu", value)];
        await using var deployment = await world.StartAsync();
        await deployment.RunStageAsync("Migrate", StopSignals.None);
        await deployment.RunStageAsync("DeployK8s", StopSignals.None);
        await deployment.EndAsync(succeeded: true, World.Cancellation);
        return (deployment.Context.Id, deployment.State, ReportOf(deployment));
    }

    Task<System.Collections.Immutable.ImmutableArray<ReleaseRecord>> ReleasesAsync() => world.Store.ListReleasesAsync(World.Environment, 9, World.Cancellation);

    static DeploymentReport ReportOf(Deployment deployment) => ReportComposer.Fill(new DeploymentReport
    {
        Environment = World.Environment, Commit = deployment.Context.Commit, Outcome = DeploymentOutcome.Succeeded,
        StartedAt = default, EndedAt = default, FarSides = new(new Dictionary<string, string>(), [], null),
    }, deployment.State, []);
}
