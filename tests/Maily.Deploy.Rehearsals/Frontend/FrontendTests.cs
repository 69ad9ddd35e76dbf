using System.Net;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Http;
using Maily.Deploy.Sandbox.Http;
using Maily.Deploy.Vercel;

namespace Maily.Deploy.Rehearsals.Frontend;

public sealed class FrontendTests : FrontendFixture
{
    [Fact]
    public async Task Staging_builds_the_commit_without_touching_production()
    {
        var (failure, _, context) = await RunAsync(stages: ["StageVercel"]);

        failure.ShouldBeNull();
        var staged = Vercel.State.Deployments.ShouldHaveSingleItem();
        staged.ReadySubstate.ShouldBe("STAGED");
        staged.Meta["mailyDeployment"].ShouldBe(context.Id.Value);
        staged.Meta["mailyCommit"].ShouldBe(Commit);
        staged.Files.Keys.ShouldBe(["api/version.js", "public/index.html"]);
        context.Outputs[new StepId("StageVercel", "frontend")].ToString().ShouldBe($"deploymentId {staged.Id}, url https://{staged.Host}");
        Vercel.State.Production.ShouldBeNull();
    }

    [Fact]
    public async Task A_promoted_frontend_serves_production_and_knows_its_commit()
    {
        var (failure, _, context) = await RunAsync(stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeNull();
        context.Outputs[new StepId("DeployVercel", "promotion")]["deploymentId"].ShouldBe(Vercel.State.Production!.Id);
        (await Http.GetStringAsync(new Uri(Vercel.ProductionUrl, "/api/version"), Token)).ShouldBe($$"""{"commit":"{{Commit}}"}""");
    }

    [Fact]
    public async Task A_promotion_alone_takes_what_was_staged_for_its_commit()
    {
        await RunAsync(stages: ["StageVercel"]);

        var (failure, _, _) = await RunAsync(stages: ["DeployVercel"]);

        failure.ShouldBeNull();
        Vercel.State.Production!.Meta["mailyCommit"].ShouldBe(Commit);
        Vercel.State.Deployments.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_promotion_of_a_commit_that_was_never_staged_names_the_target_that_stages_it()
    {
        await RunAsync(stages: ["StageVercel"]);
        Write("public/index.html", "<h1>two</h1>");

        var (failure, _, _) = await RunAsync(NextCommit, stages: ["DeployVercel"]);

        failure.ShouldBeOfType<NoStagedDeploymentException>().Remedy.ShouldContain("./build.sh StageVercel");
        Vercel.State.Production.ShouldBeNull();
    }

    [Fact]
    public async Task A_broken_build_shows_the_end_of_its_log_and_leaves_production()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        var live = Vercel.State.Production!.Id;
        Write("public/index.html", "<h1>two</h1>");
        Vercel.Faults.FailBuild("Module not found: Can't resolve './missing'");

        var (failure, _, _) = await RunAsync(NextCommit, stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeOfType<VercelBuildFailedException>().Evidence.ShouldNotBeNull().ShouldContain("Can't resolve './missing'");
        Vercel.State.Production!.Id.ShouldBe(live);
    }

    [Fact]
    public async Task Undoing_a_promotion_brings_the_former_frontend_back_and_keeps_automatic_domains()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        var former = Vercel.State.Production!.Id;
        Write("public/index.html", "<h1>two</h1>");

        var (_, undone, _) = await RunAsync(NextCommit, undo: true, "StageVercel", "DeployVercel");

        undone.ShouldContain(step => step.Step.Stage == "DeployVercel" && step.Result.State == CompensationState.Undone);
        Vercel.State.Production!.Id.ShouldBe(former);
        Vercel.State.Project.AutoAssignCustomDomains.ShouldBeTrue();
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
    }

    [Fact]
    public async Task Undoing_restores_the_switch_that_a_promotion_turned_on()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        (await CallAsync("PATCH", $"/v9/projects/{Options.ProjectId}", """{"autoAssignCustomDomains":false}""")).Status.ShouldBe(HttpStatusCode.OK);
        Write("public/index.html", "<h1>two</h1>");

        await RunAsync(NextCommit, undo: true, "StageVercel", "DeployVercel");

        Vercel.State.Project.AutoAssignCustomDomains.ShouldBeFalse();
    }

    [Fact]
    public async Task Undoing_the_first_deployment_ever_removes_it()
    {
        var (_, undone, _) = await RunAsync(Commit, undo: true, "StageVercel", "DeployVercel");

        undone[0].Result.Text.ShouldContain("This was the first deployment");
        Vercel.State.Production.ShouldBeNull();
        Vercel.State.Aliases.Keys.ShouldNotContain(Options.ProductionDomain);
    }

    [Fact]
    public async Task A_lost_answer_to_the_creation_makes_no_second_deployment()
    {
        Vercel.Faults.Http.Add(new HttpFault { Method = "POST", Path = "/v13/deployments", Cut = ConnectionCut.AfterHandling });

        var (failure, _, _) = await RunAsync(stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeNull();
        Vercel.State.Deployments.ShouldHaveSingleItem().ReadySubstate.ShouldBe("PROMOTED");
    }

    [Theory]
    [InlineData("POST", "/v2/files", ConnectionCut.BeforeHandling)]
    [InlineData("POST", "/v2/files", ConnectionCut.AfterHandling)]
    [InlineData("GET", "/v9/projects/*", ConnectionCut.AfterHandling)]
    [InlineData("GET", "/v13/deployments/*", ConnectionCut.BeforeHandling)]
    [InlineData("POST", "/v10/projects/*", ConnectionCut.AfterHandling)]
    public async Task A_cut_connection_is_survived(string method, string path, ConnectionCut cut)
    {
        Vercel.Faults.Http.Add(new HttpFault { Method = method, Path = path, Cut = cut });

        var (failure, _, _) = await RunAsync(stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeNull();
        Vercel.State.Production!.Meta["mailyCommit"].ShouldBe(Commit);
        Vercel.State.Deployments.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_rate_limit_is_waited_out()
    {
        Vercel.Faults.Http.Add(new HttpFault
        {
            Method = "POST", Path = "/v13/deployments", Status = 429, Headers = new Dictionary<string, string> { ["Retry-After"] = "0" }, Count = 2,
        });

        var (failure, _, _) = await RunAsync(stages: ["StageVercel"]);

        failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_creation_that_was_never_heard_is_not_repeated_blindly()
    {
        Vercel.Faults.Http.Add(new HttpFault { Method = "POST", Path = "/v13/deployments", Cut = ConnectionCut.BeforeHandling, Count = 1 });

        var (failure, _, _) = await RunAsync(stages: ["StageVercel"]);

        failure.ShouldBeOfType<FarSideSilentException>();
        Vercel.State.Deployments.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("skipped")]
    [InlineData("queued")]
    public async Task A_promotion_that_vercel_does_not_carry_out_fails_and_leaves_production(string outcome)
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        var former = Vercel.State.Production!.Id;
        Write("public/index.html", "<h1>two</h1>");
        Vercel.Faults.EndAliasJob(outcome);

        var (failure, undone, _) = await RunAsync(NextCommit, stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeOfType<PromotionFailedException>();
        undone.ShouldContain(step => step.Step.Stage == "DeployVercel" && step.Result.State == CompensationState.Undone);
        Vercel.State.Production!.Id.ShouldBe(former);
    }

    [Fact]
    public async Task Deploying_the_same_promotion_again_changes_nothing()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);

        var (failure, undone, _) = await RunAsync(Commit, undo: true, "DeployVercel");

        failure.ShouldBeNull();
        undone.ShouldBeEmpty();
        Vercel.State.Production.ShouldNotBeNull();
    }
}
