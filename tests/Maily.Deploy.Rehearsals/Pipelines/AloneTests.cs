using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Pipelines;

public sealed class AloneTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task DeployK8s_alone_names_the_target_that_makes_its_images_and_deploys_them_once_they_are_there()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var before = await product.ReadAsync(Cancellation);
        var early = await product.RunAsync(Cancellation, "DeployK8s");
        early.ExitCode.ShouldNotBe(0);
        early.Cause.ShouldContain("PushImages", Case.Sensitive, early.Output);
        (await product.ReadAsync(Cancellation)).ShouldBe(before);
        (await product.RunAsync(Cancellation, "PushImages")).ShouldEnd(0, "succeeded");

        var run = (await product.RunAsync(Cancellation, "DeployK8s")).ShouldEnd(0, "succeeded");

        run.StatusOf("Prepare").ShouldBe("succeeded");
        run.StatusOf("Migrate").ShouldBeNull();
        FarSides.ImagesIn(product.Parts).Length.ShouldBe(PlatformFolder.Services.Length + PlatformFolder.Upstreams.Length - PlatformFolder.AiServices.Length);
        (await FarSides.DatabaseAsync(product.Parts, Cancellation)).ShouldBe(before.Take((await FarSides.DatabaseAsync(product.Parts, Cancellation)).Length));
        FarSides.Frontend(product.Parts).ShouldBe("frontend none");
    }
}
