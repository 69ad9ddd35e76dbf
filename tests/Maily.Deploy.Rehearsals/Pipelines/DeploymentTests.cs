using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class DeploymentTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_deployment_is_live_on_every_platform_and_a_second_one_touches_nothing()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var first = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        first.Report!["targets"]!.AsArray().Select(target => (string)target!["status"]!).ShouldAllBe(status => status == "succeeded" || status == "skipped");
        first.StatusOf("Compensate").ShouldBe("skipped");
        first.Migrations.Length.ShouldBe(10);
        first.Images.Length.ShouldBe(PlatformFolder.Services.Length + PlatformFolder.Upstreams.Length);
        foreach (var image in first.Images)
            (await product.Parts.Registry.HasAsync(image, Cancellation)).ShouldBeTrue(image);
        FarSides.Frontend(product.Parts).ShouldBe($"frontend {first.VercelDeployment}");
        FarSides.ImagesIn(product.Parts).ShouldBe(first.Images, ignoreOrder: true);
        var before = await Untouched.ReadAsync(product.Parts, Cancellation);

        var second = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");

        (await Untouched.ReadAsync(product.Parts, Cancellation)).ShouldBe(before);
        States(second).ShouldAllBe(state => state.StartsWith("SmokeTest/", StringComparison.Ordinal) || state.EndsWith(" unchanged", StringComparison.Ordinal));
        States(second).ShouldContain("Backup/database unchanged");
        second.Migrations.ShouldBeEmpty();
        second.Images.ShouldBe(first.Images, ignoreOrder: true);
        second.VercelDeployment.ShouldBe(first.VercelDeployment);
        second.Output.ShouldContain("nothing changed");
        Directory.Exists(Path.Combine(second.Folder!, "backup")).ShouldBeFalse();
        product.Parts.Slack.State.Messages.Count.ShouldBe(4);

        await OfAnotherCommitAsync(product, before);
        await AndBackAsync(product, first);
    }

    // Its backup is made: what the new commit does to the rows is not known from its migrations alone.
    static async Task OfAnotherCommitAsync(Product product, string[] before)
    {
        product.Workspace.Write("NOTES.md", "Nothing that is deployed.");
        await product.Workspace.CommitAsync("Notes", Cancellation);

        var other = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");

        (await Untouched.ReadAsync(product.Parts, Cancellation)).ShouldBe(before);
        States(other).Where(state => !state.EndsWith(" unchanged", StringComparison.Ordinal) && !state.StartsWith("SmokeTest/", StringComparison.Ordinal)).ShouldBe(["Backup/database verified", "Backup/restore verified"]);
        (await product.RunAsync(Cancellation, "DeployK8s", "DeployVercel")).ShouldEnd(0, "succeeded");
        (await Untouched.ReadAsync(product.Parts, Cancellation)).ShouldBe(before);
        (await product.RunAsync(Cancellation, "Backup")).ShouldEnd(0, "succeeded").Folder.ShouldNotBeNull();
    }

    // Neither is a release: below the first one there is nothing.
    static async Task AndBackAsync(Product product, DeployerRun first)
    {
        var back = await product.RunAsync(Cancellation, "Rollback", "--to", "nothing");
        back.ExitCode.ShouldBe(0, back.Output);
        back.Output.ShouldContain(first.Id);
        FarSides.Frontend(product.Parts).ShouldBe("frontend none");
        FarSides.ImagesIn(product.Parts).ShouldBeEmpty();
    }

    static IEnumerable<string> States(DeployerRun run) => run.Report!["steps"]!.AsArray().Select(step => $"{step!["id"]} {step["state"]}");
}
