using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>The whole pipeline against real API servers, one a region, with real controllers.</summary>
public sealed class RealControlPlaneTests
{
    static readonly string[] Clusters = ["DeployK8s/eu-west-1", "DeployK8s/us-east-1", "DeployAiServices/eu-west-1", "DeployAiServices/us-east-1"];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_product_is_deployed_found_unchanged_released_anew_and_rolled_back()
    {
        if (RealAssets.WhatIsMissing() is { } missing)
            Assert.Skip(missing);
        await using var product = await Product.StartAsync(Cancellation, RealAssets.Folder);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");

        var again = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        foreach (var step in Clusters)
            again.StateOf(step).ShouldBe("unchanged", step);

        await product.Workspace.ReleaseAsync("a second release", Cancellation);
        var second = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        second.StateOf("DeployK8s/eu-west-1").ShouldBe("verified");
        (await product.RunAsync(Cancellation, "Drift")).ExitCode.ShouldBe(0);

        var back = await product.RunAsync(Cancellation, "Rollback");
        back.ExitCode.ShouldBe(0, back.Output);
        var drift = await product.RunAsync(Cancellation, "Drift");
        drift.ExitCode.ShouldBe(0, drift.Output);
        (await product.RunAsync(Cancellation, "Rollback")).Output.ShouldContain("rolled back already");
    }

    [Fact]
    public async Task Releases_go_live_there_by_commits_too()
    {
        if (RealAssets.WhatIsMissing() is { } missing)
            Assert.Skip(missing);
        await using var product = await Product.StartAsync(Cancellation, RealAssets.Folder);
        (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        var first = await TreeAsync(product);

        var again = (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        foreach (var step in Clusters)
            again.StateOf(step).ShouldBe("unchanged", step);

        await product.Workspace.ReleaseAsync("a second release", Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction", "--strategy", "gitops")).ShouldEnd(0, "succeeded");
        (await TreeAsync(product)).ShouldNotBe(first);
        (await product.RunAsync(Cancellation, "Drift")).ExitCode.ShouldBe(0);

        var back = await product.RunAsync(Cancellation, "Rollback");
        back.ExitCode.ShouldBe(0, back.Output);
        (await TreeAsync(product)).ShouldBe(first);
        var drift = await product.RunAsync(Cancellation, "Drift");
        drift.ExitCode.ShouldBe(0, drift.Output);
    }

    static Task<string> TreeAsync(Product product) => product.Parts.Manifests.GitAsync(Cancellation, "rev-parse", "main^{tree}");
}
