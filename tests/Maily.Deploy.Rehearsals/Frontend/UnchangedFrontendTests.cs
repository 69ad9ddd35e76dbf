using System.Net;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.Frontend;

/// <summary>What is built once is not built again, as long as it would come out the same.</summary>
public sealed class UnchangedFrontendTests : FrontendFixture
{
    string Variables => $"/v10/projects/{Options.ProjectId}/env";

    [Theory]
    [InlineData(Commit)]
    [InlineData(NextCommit)]
    public async Task The_same_content_is_neither_uploaded_nor_built_nor_promoted_again(string commit)
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        var changes = Changes();

        var (failure, _, context) = await RunAsync(commit, stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeNull();
        IdOf(context, "StageVercel", "frontend").ShouldBe(Vercel.State.Production!.Id);
        IdOf(context, "DeployVercel", "promotion").ShouldBe(Vercel.State.Production.Id);
        Changes().ShouldBe(changes);
    }

    [Fact]
    public async Task Another_file_is_built()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Write("public/index.html", "<h1>two</h1>");
        await RunAsync(stages: ["StageVercel"]);
        Vercel.State.Deployments.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_variable_that_was_changed_since_makes_it_built_again()
    {
        var id = await AddVariableAsync("production");
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        (await CallAsync("PATCH", $"/v9/projects/{Options.ProjectId}/env/{id}", """{"value":"two"}""")).Status.ShouldBe(HttpStatusCode.OK);

        await RunAsync(stages: ["StageVercel", "DeployVercel"]);

        Vercel.State.Deployments.Count.ShouldBe(2);
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Vercel.State.Deployments.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("production", 2)]
    [InlineData("preview", 1)]
    public async Task A_variable_that_was_added_since_counts_where_it_is_for_production(string target, int builds)
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        await AddVariableAsync(target);
        await RunAsync(stages: ["StageVercel"]);
        Vercel.State.Deployments.Count.ShouldBe(builds);
    }

    [Fact]
    public async Task Where_the_variables_cannot_be_seen_it_is_built_again()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Vercel.Faults.Http.Add(new HttpFault { Method = "GET", Path = Variables, Status = 403, Count = null });
        (await RunAsync(stages: ["StageVercel"])).Failure.ShouldBeNull();
        Vercel.State.Deployments.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_failed_deployment_has_staged_is_promoted_by_the_next_one()
    {
        await RunAsync(stages: ["StageVercel"]);
        var staged = Vercel.State.Deployments.ShouldHaveSingleItem().Id;

        var (failure, _, _) = await RunAsync(NextCommit, stages: ["StageVercel", "DeployVercel"]);

        failure.ShouldBeNull();
        Vercel.State.Deployments.ShouldHaveSingleItem();
        Vercel.State.Production!.Id.ShouldBe(staged);
    }

    [Fact]
    public async Task A_promotion_alone_takes_what_has_its_content()
    {
        await RunAsync(stages: ["StageVercel"]);
        (await RunAsync(NextCommit, stages: ["DeployVercel"])).Failure.ShouldBeNull();
        Vercel.State.Production!.Meta["mailyCommit"].ShouldBe(Commit);
    }

    [Fact]
    public async Task What_was_live_once_and_was_replaced_is_built_again()
    {
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Write("public/index.html", "<h1>two</h1>");
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Write("public/index.html", "<h1>one</h1>");
        await RunAsync(stages: ["StageVercel", "DeployVercel"]);
        Vercel.State.Deployments.Count.ShouldBe(3);
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
    }

    int Changes() => Vercel.Requests.All.Count(request => request.Method != "GET");

    async Task<string> AddVariableAsync(string target)
    {
        (await CallAsync("POST", Variables, $$"""{"key":"GREETING","value":"one","type":"encrypted","target":["{{target}}"]}""")).Status.ShouldBe(HttpStatusCode.Created);
        return Vercel.State.Variables.Single(variable => variable.Key == "GREETING").Id;
    }

    static string? IdOf(DeploymentContext context, string stage, string step) => context.Outputs[new StepId(stage, step)]["deploymentId"];
}
