using System.Net;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.Vercel;

public sealed class VercelPromotionTests : VercelFixture
{
    [Fact]
    public async Task A_promotion_moves_the_domain_without_a_build()
    {
        var staged = await DeployAsync(Site);

        var job = await MoveAsync("promote", staged.Id);

        (job.JobStatus, job.Type, job.ToDeploymentId).ShouldBe(("succeeded", "promote", staged.Id));
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
        Vercel.State.Deployments.ShouldHaveSingleItem().ReadySubstate.ShouldBe("PROMOTED");
        var (_, project) = await CallAsync("GET", $"/v9/projects/{Options.ProjectName}");
        ((string?)project["targets"]!["production"]!["id"]).ShouldBe(staged.Id);
        ((string?)project["lastAliasRequest"]!["jobStatus"]).ShouldBe("succeeded");
    }

    [Fact]
    public async Task Promoting_the_current_deployment_is_a_conflict()
    {
        var staged = await DeployAsync(Site);
        await MoveAsync("promote", staged.Id);

        (await PromoteAsync(staged.Id)).ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_preview_or_an_unfinished_deployment_cannot_be_promoted()
    {
        var preview = await DeployAsync(Site, target: "preview");
        Vercel.Faults.FailBuild("broken");
        var failed = await DeployAsync(Site);

        (await PromoteAsync(preview.Id)).ShouldBe(HttpStatusCode.BadRequest);
        (await PromoteAsync(failed.Id)).ShouldBe(HttpStatusCode.BadRequest);
        (await PromoteAsync("dpl_none")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_rollback_switches_automatic_domains_off_until_the_next_promotion()
    {
        var first = await DeployAsync(Site);
        await MoveAsync("promote", first.Id);
        var second = await DeployAsync(new Dictionary<string, string> { ["public/index.html"] = "<h1>two</h1>" });
        await MoveAsync("promote", second.Id);

        await MoveAsync("rollback", first.Id);

        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
        var (_, project) = await CallAsync("GET", $"/v9/projects/{Options.ProjectId}");
        ((bool)project["autoAssignCustomDomains"]!).ShouldBeFalse();

        await MoveAsync("promote", second.Id);
        Vercel.State.Project.AutoAssignCustomDomains.ShouldBeTrue();
    }

    [Fact]
    public async Task A_deployment_that_never_served_production_cannot_be_rolled_back_to()
    {
        var staged = await DeployAsync(Site);

        var (status, _) = await CallAsync("POST", $"/v1/projects/{Options.ProjectId}/rollback/{staged.Id}", "{}");

        status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("skipped")]
    public async Task A_job_that_is_told_to_end_badly_leaves_production_as_it_was(string outcome)
    {
        var first = await DeployAsync(Site);
        await MoveAsync("promote", first.Id);
        var second = await DeployAsync(Site);
        Vercel.Faults.EndAliasJob(outcome);

        (await MoveAsync("promote", second.Id)).JobStatus.ShouldBe(outcome);

        Vercel.State.Project.ProductionDeploymentId.ShouldBe(first.Id);
        var (_, aliases) = await CallAsync("GET", $"/v9/projects/{Options.ProjectId}/promote/aliases?failedOnly=true&limit=20");
        aliases["aliases"]!.AsArray().Count.ShouldBe(outcome == "failed" ? 2 : 0);
    }

    [Fact]
    public async Task A_queued_promotion_answers_202_and_does_nothing()
    {
        var staged = await DeployAsync(Site);
        Vercel.Faults.EndAliasJob("queued");

        (await PromoteAsync(staged.Id)).ShouldBe(HttpStatusCode.Accepted);
        Vercel.State.Project.LastAliasRequest.ShouldBeNull();
    }

    [Fact]
    public async Task A_promotion_whose_answer_is_lost_happens_all_the_same()
    {
        var staged = await DeployAsync(Site);
        Vercel.Faults.Http.Add(new HttpFault { Method = "POST", Path = "/v10/projects/*/promote/*", Cut = ConnectionCut.AfterHandling });

        await Should.ThrowAsync<HttpRequestException>(() => PromoteAsync(staged.Id));

        while (Vercel.State.Production is null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        Vercel.State.Production.Id.ShouldBe(staged.Id);
    }

    [Fact]
    public async Task Only_one_promotion_runs_at_a_time()
    {
        var first = await DeployAsync(Site);
        var second = await DeployAsync(Site);
        Vercel.Faults.EndAliasJob("stuck");

        (await PromoteAsync(first.Id)).ShouldBe(HttpStatusCode.Created);
        (await PromoteAsync(second.Id)).ShouldBe(HttpStatusCode.Conflict);
    }

    async Task<HttpStatusCode> PromoteAsync(string id) =>
        (await CallAsync("POST", $"/v10/projects/{Options.ProjectId}/promote/{id}", "{}")).Status;
}
