using System.Net;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Http;
using Maily.Deploy.Validation;
using Maily.Deploy.Vercel;

namespace Maily.Deploy.Tests.Validation;

public sealed class VercelChecksTests
{
    const string Project = "prj_0123456789abcdef";

    [Fact]
    public async Task A_project_of_the_team_without_git_integration_passes() =>
        (await FaultsAsync("""{"id":"prj_0123456789abcdef","name":"maily-web","accountId":"team_0123456789abcdef"}""")).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"id":"prj_other","name":"maily-web"}""", "project")]
    [InlineData("""{"id":"prj_0123456789abcdef","name":"maily-web","accountId":"team_other"}""", "project")]
    [InlineData("""{"id":"prj_0123456789abcdef","link":{"type":"github","productionBranch":"main"}}""", "Git integration")]
    [InlineData("""{"id":"prj_0123456789abcdef","lastAliasRequest":{"jobStatus":"in-progress","toDeploymentId":"dpl_x","type":"promote","requestedAt":1}}""", "promotion")]
    public async Task What_would_go_wrong_later_is_refused_now(string project, string name) => (await FaultsAsync(project)).ShouldBe([name]);

    [Fact]
    public async Task Another_environments_project_is_refused() =>
        (await FaultsAsync("""{"id":"prj_0123456789abcdef"}""", recorded: "prj_of_production")).ShouldBe(["identity"]);

    [Fact]
    public async Task A_rolling_release_is_refused() =>
        (await FaultsAsync("""{"id":"prj_0123456789abcdef"}""", rolling: """{"rollingRelease":{"state":"ACTIVE"}}""")).ShouldBe(["rolling release"]);

    [Fact]
    public async Task A_link_that_makes_no_deployments_passes() =>
        (await FaultsAsync("""{"id":"prj_0123456789abcdef","link":{"type":"github","productionBranch":"main"},"gitProviderOptions":{"createDeployments":"disabled"}}""")).ShouldBeEmpty();

    static async Task<string[]> FaultsAsync(string project, string rolling = """{"rollingRelease":null}""", string recorded = Project)
    {
        using var handler = new RecordedHandler(request => new HttpResponseMessage(HttpStatusCode.OK)
        {
            Content = new StringContent(request.RequestUri!.AbsolutePath switch
            {
                "/v2/user" => """{"user":{"id":"u","username":"ada"}}""",
                var path when path.EndsWith("rolling-release", StringComparison.Ordinal) => rolling,
                _ => project,
            }),
        });
        var settings = new VercelSettings { Token = new Secret("token-token-token-token"), OrgId = "team_0123456789abcdef", ProjectId = Project };
        var reader = new VercelReader(settings, HttpClients.Over(handler), TimeProvider.System);
        var report = await new CheckRunner(TimeProvider.System).RunAsync(VercelChecks.For(settings, reader, recorded), ["DeployVercel"], TestContext.Current.CancellationToken);
        handler.Requests.ShouldAllBe(request => request.EndsWith("teamId=team_0123456789abcdef", StringComparison.Ordinal));
        return [.. report.Faults.Select(fault => fault.Name)];
    }
}
