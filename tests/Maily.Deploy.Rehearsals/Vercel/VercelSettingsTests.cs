using System.Net;
using Maily.Deploy.Sandbox.Vercel;

namespace Maily.Deploy.Rehearsals.Vercel;

public sealed class VercelSettingsTests : VercelFixture
{
    const string Env = "/v10/projects/maily-web/env";

    public VercelSettingsTests() => Options = new VercelStandInOptions
    {
        Link = new VercelGitLink("github", "maily", "web", "main"), ProtectionBypass = "bypass-secret",
    };

    [Fact]
    public async Task The_project_shows_its_git_integration_and_its_domain_switch()
    {
        var (_, project) = await CallAsync("GET", "/v9/projects/maily-web");
        ((string?)project["link"]!["productionBranch"]).ShouldBe("main");
        ((bool)project["autoAssignCustomDomains"]!).ShouldBeTrue();

        var (_, patched) = await CallAsync("PATCH", "/v9/projects/maily-web", """{"autoAssignCustomDomains":false}""");
        ((bool)patched["autoAssignCustomDomains"]!).ShouldBeFalse();
        (await CallAsync("PATCH", "/v9/projects/maily-web", """{"nonsense":1}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task User_and_team_are_known()
    {
        ((string?)(await CallAsync("GET", "/v2/user")).Body["user"]!["defaultTeamId"]).ShouldBe(Options.TeamId);
        ((string?)(await CallAsync("GET", $"/v2/teams/{Options.TeamId}")).Body["slug"]).ShouldBe("maily");
    }

    [Fact]
    public async Task A_variable_is_made_changed_and_removed()
    {
        var (status, made) = await CallAsync("POST", Env, Variable("API_URL", "one", "encrypted"));
        status.ShouldBe(HttpStatusCode.Created);
        var id = (string)made["created"]!["id"]!;
        ((string?)(await CallAsync("GET", $"/v1/projects/maily-web/env/{id}")).Body["value"]).ShouldBe("one");

        (await CallAsync("PATCH", $"/v9/projects/maily-web/env/{id}", """{"value":"two"}""")).Status.ShouldBe(HttpStatusCode.OK);
        Vercel.State.Variables.ShouldHaveSingleItem().Value.ShouldBe("two");

        (await CallAsync("DELETE", $"/v9/projects/maily-web/env/{id}")).Status.ShouldBe(HttpStatusCode.OK);
        Vercel.State.Variables.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_variable_that_exists_needs_upsert()
    {
        await CallAsync("POST", Env, Variable("API_URL", "one", "plain"));

        var (status, refused) = await CallAsync("POST", Env, Variable("API_URL", "two", "plain"));
        status.ShouldBe(HttpStatusCode.BadRequest);
        ((string?)refused["error"]!["code"]).ShouldBe("ENV_CONFLICT");

        (await CallAsync("POST", Env + "?upsert=true", Variable("API_URL", "two", "plain"))).Status.ShouldBe(HttpStatusCode.Created);
        Vercel.State.Variables.ShouldHaveSingleItem().Value.ShouldBe("two");
    }

    [Fact]
    public async Task A_sensitive_value_is_never_shown_again()
    {
        var (_, made) = await CallAsync("POST", Env, Variable("KEY", "hidden-value", "sensitive"));

        var (_, one) = await CallAsync("GET", $"/v1/projects/maily-web/env/{made["created"]!["id"]}");
        var (_, all) = await CallAsync("GET", Env);

        (made.ToJsonString() + one.ToJsonString() + all.ToJsonString()).ShouldNotContain("hidden-value");
        (await Http.GetStringAsync(new Uri(Vercel.Url, "/_state"), Token)).ShouldNotContain("hidden-value");
    }

    [Fact]
    public async Task A_change_of_a_variable_needs_a_new_build()
    {
        var files = new Dictionary<string, string> { ["api/value.js"] = "module.exports = (req, res) => res.send(process.env.VALUE ?? 'none');" };
        await CallAsync("POST", Env, Variable("VALUE", "old", "encrypted"));
        var before = await DeployAsync(files);
        await CallAsync("POST", Env + "?upsert=true", Variable("VALUE", "new", "encrypted"));
        var after = await DeployAsync(files);

        (await BypassAsync(before, "/api/value")).ShouldBe("old");
        (await BypassAsync(after, "/api/value")).ShouldBe("new");
    }

    [Fact]
    public async Task A_protected_deployment_wants_the_bypass_secret_and_production_does_not()
    {
        var staged = await DeployAsync(Site);

        (await FetchAsync(staged.Host, "/")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await BypassAsync(staged, "/")).ShouldBe("<h1>one</h1>");
        await MoveAsync("promote", staged.Id);
        (await FetchAsync(Options.ProductionDomain, "/")).Status.ShouldBe(HttpStatusCode.OK);
    }

    static string Variable(string key, string value, string type) =>
        $$"""{"key":"{{key}}","value":"{{value}}","type":"{{type}}","target":["production"]}""";

    async Task<string> BypassAsync(VercelDeployment deployment, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(deployment.LoopbackUrl!, path));
        request.Headers.Add("x-vercel-protection-bypass", Options.ProtectionBypass);
        using var response = await Http.SendAsync(request, Token);
        return await response.Content.ReadAsStringAsync(Token);
    }
}
