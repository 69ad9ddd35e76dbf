namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class DeploymentTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_whole_deployment_is_live_on_every_platform_and_a_second_one_changes_nothing_that_is_current()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var first = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        first.Report!["targets"]!.AsArray().Select(target => (string)target!["status"]!).ShouldAllBe(status => status == "succeeded" || status == "skipped");
        first.StatusOf("Compensate").ShouldBe("skipped");
        first.Migrations.Length.ShouldBe(10);
        first.Images.Length.ShouldBe(3);
        foreach (var image in first.Images)
            (await product.Parts.Registry.HasAsync(image, Cancellation)).ShouldBeTrue(image);
        FarSides.Frontend(product.Parts).ShouldBe($"frontend {first.VercelDeployment}");
        FarSides.ImagesIn(product.Parts).ShouldBe(first.Images, ignoreOrder: true);
        var database = await FarSides.DatabaseAsync(product.Parts, Cancellation);

        var second = (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");

        second.Migrations.ShouldBeEmpty();
        second.Images.ShouldBe(first.Images, ignoreOrder: true);
        FarSides.Frontend(product.Parts).ShouldBe($"frontend {second.VercelDeployment}");
        (await FarSides.DatabaseAsync(product.Parts, Cancellation)).ShouldBe(database);
        product.Parts.Slack.State.Messages.Count.ShouldBe(4);
    }
}
