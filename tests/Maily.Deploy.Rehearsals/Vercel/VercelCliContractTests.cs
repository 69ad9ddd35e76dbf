using System.Text.Json.Nodes;

namespace Maily.Deploy.Rehearsals.Vercel;

/// <summary>The vendor's own client works against the stand-in.</summary>
public sealed class VercelCliContractTests(VercelCli cli) : VercelFixture, IClassFixture<VercelCli>
{
    readonly string folder = Directory.CreateTempSubdirectory("maily-vercel-cli-").FullName;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Assert.SkipWhen(cli.Missing is not null, cli.Missing ?? "");
        await WriteAsync(".vercel/project.json", $$"""{"projectId":"{{Options.ProjectId}}","orgId":"{{Options.TeamId}}","projectName":"{{Options.ProjectName}}"}""");
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task It_deploys_a_prebuilt_output_without_the_domain_then_promotes_and_rolls_back()
    {
        var first = await DeployPrebuiltAsync("one");
        (await FetchAsync(first, "/")).Body.ShouldBe("<h1>one</h1>");
        (await FetchAsync(first, "/api/health")).Body.ShouldBe("""{"ok":true}""");
        Vercel.State.Find(first)!.ReadySubstate.ShouldBe("STAGED");
        Vercel.State.Production.ShouldBeNull();

        await RunAsync("promote", first, "--yes", "--timeout", "30s");
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");

        var second = await DeployPrebuiltAsync("two");
        await RunAsync("promote", second, "--yes", "--timeout", "30s");
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>two</h1>");

        await RunAsync("rollback", first, "--yes", "--timeout", "30s");
        (await Http.GetStringAsync(Vercel.ProductionUrl, Token)).ShouldBe("<h1>one</h1>");
        Vercel.State.Project.AutoAssignCustomDomains.ShouldBeFalse();
    }

    [Fact]
    public async Task It_inspects_and_lists_deployments()
    {
        var deployment = await DeployAsync(Site, meta: """{"mailyDeployment":"one"}""");

        var (output, errors) = await RunAsync("inspect", deployment.Host);
        (output + errors).ShouldContain(deployment.Id);
        (output + errors).ShouldContain("Ready");
        var (listed, notes) = await RunAsync("list", "--meta", "mailyDeployment=one", "--yes");
        (listed + notes).ShouldContain(deployment.Host);
    }

    [Fact]
    public async Task A_failing_build_fails_it_and_a_wrong_token_is_named()
    {
        Vercel.Faults.FailBuild("Error: the build broke");
        await PrebuiltAsync("broken");
        var failed = await VercelCli.RunAsync(Vercel.Url, Options.Token, folder, Token, "deploy", "--prebuilt", "--prod", "--skip-domain", "--yes");
        failed.ExitCode.ShouldNotBe(0);
        Vercel.State.Deployments.ShouldHaveSingleItem().ReadyState.ShouldBe("ERROR", failed.Output + failed.Errors);

        var refused = await VercelCli.RunAsync(Vercel.Url, "wrongtoken", folder, Token, "inspect", "dpl_x");
        refused.ExitCode.ShouldNotBe(0);
        refused.Errors.ShouldContain("token");
    }

    async Task<string> DeployPrebuiltAsync(string title)
    {
        await PrebuiltAsync(title);
        var (output, errors) = await RunAsync("deploy", "--prebuilt", "--prod", "--skip-domain", "--yes");
        var url = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .LastOrDefault(line => line.StartsWith("https://", StringComparison.Ordinal));
        return new Uri(url.ShouldNotBeNull(output + errors)).Host;
    }

    async Task PrebuiltAsync(string title)
    {
        await WriteAsync(".vercel/output/config.json", """{"version":3}""");
        await WriteAsync(".vercel/output/static/index.html", $"<h1>{title}</h1>");
        await WriteAsync(".vercel/output/functions/api/health.func/.vc-config.json", new JsonObject
        {
            ["runtime"] = "nodejs20.x", ["handler"] = "index.js", ["launcherType"] = "Nodejs", ["shouldAddHelpers"] = true,
        }.ToJsonString());
        await WriteAsync(".vercel/output/functions/api/health.func/index.js", "module.exports = (req, res) => res.json({ ok: true });");
    }

    async Task WriteAsync(string path, string content)
    {
        var file = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, content, Token);
    }

    async Task<(string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await VercelCli.RunAsync(Vercel.Url, Options.Token, folder, Token, arguments);
        exitCode.ShouldBe(0, $"vercel {string.Join(' ', arguments)}\n{output}\n{errors}\n" + string.Join('\n', Vercel.Requests.All.Select(r => $"{r.Status} {r.Method} {r.Path}")));
        return (output, errors);
    }
}
