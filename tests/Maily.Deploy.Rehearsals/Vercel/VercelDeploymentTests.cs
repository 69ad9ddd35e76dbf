using System.Net;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Rehearsals.Vercel;

public sealed class VercelDeploymentTests : VercelFixture
{
    [Fact]
    public async Task A_wrong_or_missing_token_is_refused()
    {
        var (status, body) = await CallAsync("GET", "/v2/user", token: "wrong");
        status.ShouldBe(HttpStatusCode.Forbidden);
        ((bool)body["error"]!["invalidToken"]!).ShouldBeTrue();

        using var bare = await Http.GetAsync(new Uri(Vercel.Url, "/v2/user"), Token);
        bare.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await bare.Content.ReadAsStringAsync(Token)).ShouldContain("missingToken");
    }

    [Theory]
    [InlineData("GET", "/v9/projects/prj_other", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/v13/deployments/dpl_other", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/v2/teams/team_other", HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("GET", "/v9/projects/maily-web?teamId=team_other", HttpStatusCode.Forbidden, "forbidden")]
    [InlineData("GET", "/v99/projects/maily-web", HttpStatusCode.NotFound, "not_found")]
    [InlineData("GET", "/v7/deployments?limit=1000", HttpStatusCode.BadRequest, "bad_request")]
    [InlineData("POST", "/v13/deployments", HttpStatusCode.BadRequest, "bad_request")]
    public async Task What_does_not_exist_is_refused(string method, string path, HttpStatusCode status, string code)
    {
        var (actual, body) = await CallAsync(method, path, method == "POST" ? "{}" : null);

        actual.ShouldBe(status);
        ((string?)body["error"]!["code"]).ShouldBe(code);
    }

    [Fact]
    public async Task An_upload_whose_digest_is_wrong_is_refused()
    {
        (await UploadAsync("content", Sha("other"))).ShouldBe(HttpStatusCode.BadRequest);
        (await UploadAsync("content")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Files_that_were_not_uploaded_are_named()
    {
        await UploadAsync(Site["public/index.html"]);

        var (status, body) = await CallAsync("POST", "/v13/deployments", Request(Site, "production", staged: true));

        status.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)body["error"]!["code"]).ShouldBe("missing_files");
        body["error"]!["missing"]!.AsArray().Select(sha => (string?)sha).ShouldBe([Sha(Site["api/health.js"])]);
        Vercel.State.Deployments.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_staged_deployment_is_served_on_its_own_host_and_not_in_production()
    {
        var staged = await DeployAsync(Site, meta: """{"githubCommitSha":"abc123"}""");

        staged.ReadySubstate.ShouldBe("STAGED");
        (await FetchAsync(staged.Host, "/")).ShouldBe((HttpStatusCode.OK, "<h1>one</h1>"));
        (await FetchAsync(staged.Host, "/api/health?q=7")).ShouldBe((HttpStatusCode.OK, """{"ok":true,"commit":"abc123","q":"7"}"""));
        (await Http.GetStringAsync(staged.LoopbackUrl, Token)).ShouldBe("<h1>one</h1>");
        (await FetchAsync(staged.Host, "/api/none")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await FetchAsync(Options.ProductionDomain, "/")).Body.ShouldContain("DEPLOYMENT_NOT_FOUND");
        Vercel.State.Project.ProductionDeploymentId.ShouldBeNull();
    }

    [Fact]
    public async Task A_production_deployment_that_is_not_staged_takes_the_domain_by_itself()
    {
        var live = await DeployAsync(Site, staged: false);

        while (Vercel.State.Production is null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        Vercel.State.Production.Id.ShouldBe(live.Id);
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
        (await FetchAsync(Options.ProductionDomain, "/")).Body.ShouldBe("<h1>one</h1>");
    }

    [Fact]
    public async Task The_list_is_filtered_by_meta_target_and_state()
    {
        var mine = await DeployAsync(Site, meta: """{"mailyDeployment":"one"}""");
        await DeployAsync(Site, target: "preview", meta: """{"mailyDeployment":"two"}""");

        (await IdsAsync("meta-mailyDeployment=one")).ShouldBe([mine.Id]);
        (await IdsAsync("target=production&state=READY")).ShouldBe([mine.Id]);
        (await IdsAsync("state=ERROR")).ShouldBeEmpty();
        (await IdsAsync("limit=1")).Count.ShouldBe(1);
        (await IdsAsync($"since={mine.CreatedAt.ToUnixTimeMilliseconds()}")).ShouldNotContain(mine.Id);
    }

    [Fact]
    public async Task A_build_that_is_told_to_fail_ends_in_ERROR_with_its_log()
    {
        Vercel.Faults.FailBuild("Error: Cannot find module 'left-pad'");

        var failed = await DeployAsync(Site);

        var (_, body) = await CallAsync("GET", $"/v13/deployments/{failed.Id}");
        ((string?)body["readyState"]).ShouldBe("ERROR");
        ((string?)body["errorCode"]).ShouldBe("BUILD_FAILED");
        var (_, events) = await CallAsync("GET", $"/v3/deployments/{failed.Id}/events");
        events.AsArray().Select(line => (string?)line!["text"]).ShouldContain("Error: Cannot find module 'left-pad'");
        (await DeployAsync(Site)).ReadyState.ShouldBe("READY");
    }

    [Fact]
    public async Task A_build_command_really_runs()
    {
        var files = new Dictionary<string, string>
        {
            ["package.json"] = """{"scripts":{"build":"mkdir -p public && echo built for $VERCEL_ENV > public/index.html"}}""",
        };

        var built = await DeployAsync(files);

        (await FetchAsync(built.Host, "/")).Body.Trim().ShouldBe("built for production");
    }

    [Fact]
    public async Task A_build_command_that_fails_fails_the_deployment()
    {
        var failed = await DeployAsync(new Dictionary<string, string> { ["vercel.json"] = """{"buildCommand":"echo broken >&2; exit 3"}""" });

        failed.ReadyState.ShouldBe("ERROR");
        failed.ErrorMessage.ShouldBe("Command \"echo broken >&2; exit 3\" exited with 3");
        failed.Events.ShouldContain(line => line.Text == "broken");
    }

    [Fact]
    public async Task A_function_that_throws_answers_500()
    {
        var files = new Dictionary<string, string> { ["api/bad.js"] = "module.exports = () => { throw new Error('boom'); };" };

        var deployment = await DeployAsync(files);

        var (status, body) = await FetchAsync(deployment.Host, "/api/bad");
        status.ShouldBe(HttpStatusCode.InternalServerError);
        body.ShouldContain("FUNCTION_INVOCATION_FAILED");
    }

    [Fact]
    public async Task A_deployment_is_canceled_before_it_is_ready_and_deleted_after()
    {
        foreach (var content in Site.Values)
            await UploadAsync(content);
        var (_, created) = await CallAsync("POST", "/v13/deployments", Request(Site, "production", staged: true));

        var (status, canceled) = await CallAsync("PATCH", $"/v12/deployments/{created["id"]}/cancel");
        status.ShouldBe(HttpStatusCode.OK);
        ((string?)canceled["readyState"]).ShouldBe("CANCELED");

        var ready = await DeployAsync(Site);
        (await CallAsync("PATCH", $"/v12/deployments/{ready.Id}/cancel")).Status.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)(await CallAsync("DELETE", $"/v13/deployments/{ready.Id}")).Body["state"]).ShouldBe("DELETED");
        (await CallAsync("GET", $"/v13/deployments/{ready.Id}")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_file_outside_of_the_deployment_is_refused()
    {
        var files = new Dictionary<string, string> { ["../escape.txt"] = "x" };

        var (status, _) = await CallAsync("POST", "/v13/deployments", Request(files, "production", staged: true));

        status.ShouldBe(HttpStatusCode.BadRequest);
    }

    async Task<List<string>> IdsAsync(string query)
    {
        var (_, body) = await CallAsync("GET", $"/v7/deployments?projectId={Options.ProjectId}&{query}");
        return [.. body["deployments"]!.AsArray().Select(item => (string)((JsonObject)item!)["uid"]!)];
    }
}
