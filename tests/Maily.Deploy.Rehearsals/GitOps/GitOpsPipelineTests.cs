using Maily.Deploy.Rehearsals.Pipelines;
using Maily.Deploy.Rehearsals.Platform;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Rehearsals.GitOps;

/// <summary><c>./build.sh DeployProduction --strategy gitops</c>, as a user runs it.</summary>
public sealed class GitOpsPipelineTests
{
    static readonly Dictionary<string, string?> Nothing = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Releases_go_live_by_commits_wave_by_wave_and_a_failing_probe_takes_them_back()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var released = (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        released.Output.ShouldMatch("bake-1: verified, healthy [1-9][0-9]* workloads");
        var (first, before) = (await TreesAsync(product), await product.ReadAsync(Cancellation));
        FarSides.ImagesIn(product.Parts).Length.ShouldBe(PlatformFolder.Services.Length + PlatformFolder.Upstreams.Length);
        (await GitAsync(product, "log", "--format=%s", "main")).Split('\n')[..2].Select(subject => subject.Split(" to ")[1]).ShouldBe(["us-east-1", "eu-west-1"]);
        var unchanged = (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        unchanged.Output.ShouldContain("bake-1: unchanged");
        (await TreesAsync(product)).ShouldBe(first);
        var drift = await product.RunAsync(Cancellation, "Drift");
        drift.ExitCode.ShouldBe(0, drift.Output);

        product.Parts.Vercel.ProductionFaults.Add(new HttpFault { Path = "/api/health", Status = 503, Count = null });
        await product.Workspace.ReleaseAsync("fails at its probe", Cancellation);
        var failed = (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(1, "rolledBack");
        failed.FailedTarget.ShouldBe("SmokeTest");
        failed.Sentences("toDo").ShouldBeEmpty();
        (await TreesAsync(product)).ShouldBe(first);
        (await product.ReadAsync(Cancellation)).ShouldBe(before, failed.Output);
        product.ClearFaults();

        (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        (await TreesAsync(product)).ShouldNotBe(first);
        // By the journal's own strategy, whatever is asked for now.
        var back = await product.RunAsync(Cancellation, "Rollback");
        back.ExitCode.ShouldBe(0, back.Output);
        (await TreesAsync(product)).ShouldBe(first);
        (await product.ReadAsync(Cancellation)).ShouldBe(before, back.Output);
    }

    [Fact]
    public async Task A_run_killed_between_its_push_and_the_journal_is_resumed_without_a_second_commit_or_taken_back()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        var (first, before) = (await TreesAsync(product), await product.ReadAsync(Cancellation));
        var hurried = new Dictionary<string, string?> { ["MAILY_LEASE_LIFETIME"] = "5s" };
        await KillAfterPushAsync(product, first, hurried);
        var killed = await GitAsync(product, "rev-list", "--count", "main");
        var other = await product.RunAsync(product.Workspace, hurried, Cancellation, "DeployProduction", "--resume", "--wait", "3m");
        other.ExitCode.ShouldBe(3, other.Output);
        other.Output.ShouldContain("reaches the clusters by gitops, this run by apply");

        var resumed = (await product.RunAsync(product.Workspace, hurried, Cancellation, "DeployProduction", "--strategy", "gitops", "--resume", "--wait", "3m"));
        resumed.ExitCode.ShouldBe(0, resumed.Output);

        // The other region's commit came with the resumed run; the first one's was found.
        (await GitAsync(product, "rev-list", "--count", "main")).ShouldBe($"{int.Parse(killed) + 1}", resumed.Output);
        (await GitAsync(product, "log", "--format=%(trailers:key=Maily-Deployment,valueonly)", "-2", "main")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().ShouldHaveSingleItem();
        (await product.RunAsync(Cancellation, "Rollback")).ExitCode.ShouldBe(0);
        (await product.ReadAsync(Cancellation)).ShouldBe(before);
        (await product.RunAsync(Cancellation, "Release", "--reason", "test")).ExitCode.ShouldBe(0);

        await KillAfterPushAsync(product, first, hurried);
        using var elsewhere = await product.Workspace.CloneAgainAsync(Cancellation);
        var back = await product.RunAsync(elsewhere, hurried, Cancellation, "Rollback", "--unfinished-only", "--wait", "3m");

        back.ShouldEnd(0, "rolledBack");
        (await TreesAsync(product)).ShouldBe(first);
        (await product.ReadAsync(Cancellation)).ShouldBe(before, back.Output);
    }

    [Fact]
    public async Task What_cannot_work_is_refused_before_anything_is_touched()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var before = await product.ReadAsync(Cancellation);
        async Task Refused(Dictionary<string, string?> changes, string words, params string[] strategy)
        {
            var run = await product.RunAsync(product.Workspace, changes, Cancellation, ["DeployProduction", .. strategy.Length > 0 ? strategy : ["--strategy", "gitops"]]);
            run.ExitCode.ShouldBe(3, run.Output);
            run.Output.ShouldContain(words);
        }

        await Refused(Nothing, "'pigeon' is no strategy", "--strategy", "pigeon");
        await Refused(new() { ["MAILY_MANIFESTS_URL"] = null }, "MAILY_MANIFESTS_URL is not set");
        await Refused(new() { ["MAILY_MANIFESTS_TOKEN"] = "wrong-token-of-a-test" }, "refuses the credentials");
        await Refused(new() { ["MAILY_MANIFESTS_URL"] = "http://127.0.0.1:9/m.git" }, "does not answer");
        (await product.ReadAsync(Cancellation)).ShouldBe(before);
        // A rule of the server is only known when the push comes: then all is undone.
        product.Parts.Manifests.Protect("protected branch hook declined");
        var run = (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(1, "rolledBack");
        run.Cause.ShouldContain("refuses the push");
        run.Output.ShouldNotContain(product.Parts.Manifests.Token);
    }

    [Fact]
    public async Task Argo_CD_takes_over_what_is_live_and_nothing_else()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var images = FarSides.ImagesIn(product.Parts);
        await product.Workspace.ReleaseAsync("another release", Cancellation);
        var refused = await product.RunAsync(Cancellation, "DeployK8s", "--strategy", "gitops");
        refused.ExitCode.ShouldBe(3, refused.Output);
        refused.Output.ShouldContain("Let Argo CD take over what is live first");
        await product.Workspace.BackAsync(Cancellation);

        (await product.RunAsync(Cancellation, "DeployK8s", "--strategy", "gitops")).ShouldEnd(0, "succeeded");

        FarSides.ImagesIn(product.Parts).ShouldBe(images);
        var back = await product.RunAsync(Cancellation, "Rollback");
        back.ExitCode.ShouldBe(0, back.Output);
        FarSides.ImagesIn(product.Parts).ShouldBe(images);
        (await GitAsync(product, "ls-tree", "-r", "--name-only", "main")).ShouldNotContain(".yaml");
    }

    static async Task KillAfterPushAsync(Product product, string trees, Dictionary<string, string?> variables)
    {
        await product.Workspace.ReleaseAsync($"killed {Guid.NewGuid()}", Cancellation);
        product.Parts.ArgoCd.ByRegion["eu-west-1"].Faults.IsDead = true;
        await using (var deployer = await product.BeginAsync(product.Workspace, variables, "DeployProduction", "--strategy", "gitops"))
        {
            await deployer.UntilAsync(() => deployer.Output.Contains("waiting for Argo CD", StringComparison.Ordinal), Cancellation);
            (await TreesAsync(product)).ShouldNotBe(trees);
            await deployer.SignalAsync("KILL", Cancellation);
            (await deployer.EndAsync(Cancellation)).ExitCode.ShouldBe(137);
        }

        product.Parts.ArgoCd.ByRegion["eu-west-1"].Faults.Clear();
    }

    static async Task<string> TreesAsync(Product product) => $"{await GitAsync(product, "rev-parse", "main:regions/eu-west-1")} {await GitAsync(product, "rev-parse", "main:regions/us-east-1")}";

    static Task<string> GitAsync(Product product, params string[] arguments) => product.Parts.Manifests.GitAsync(Cancellation, arguments);
}
