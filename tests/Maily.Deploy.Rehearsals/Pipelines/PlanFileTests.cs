using System.Net;
using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>What was looked at is what is done.</summary>
public sealed class PlanFileTests(LiveProduct live)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_saved_plan_is_carried_out_and_refused_once_a_cluster_has_moved()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        var planned = await loan.RunAsync(Cancellation, "Plan");
        planned.ExitCode.ShouldBe(0, planned.Output);
        var file = Directory.GetFiles(Path.Combine(loan.Workspace.Root, "artifacts", "plans")).ShouldHaveSingleItem();
        planned.Output.ShouldContain($"--plan {Path.GetRelativePath(loan.Workspace.Root, file)}");
        planned.Output.ShouldContain("eu-west-1: apply");

        (await loan.RunAsync(Cancellation, "DeployK8s", "--plan", file)).ShouldEnd(0, "succeeded");

        await ScaleByHandAsync(loan);
        var refused = (await loan.RunAsync(Cancellation, "DeployK8s", "--plan", file)).ShouldEnd(3, "refused");
        refused.Cause.ShouldContain("DeployK8s/eu-west-1: Deployment maily/api-gateway was changed meanwhile", Case.Sensitive, refused.Output);

        (await loan.RunAsync(Cancellation, "Plan")).Output.ShouldContain(".spec.replicas: 4 -> 3");
        (await loan.RunAsync(Cancellation, "DeployK8s")).ShouldEnd(0, "succeeded");
    }

    [Fact]
    public async Task A_plan_made_before_its_images_are_built_is_carried_out()
    {
        using var loan = await live.BorrowAsync(Cancellation);
        await loan.Workspace.ReleaseAsync("planned before it is built", Cancellation);
        var planned = await loan.RunAsync(Cancellation, "Plan");
        planned.ExitCode.ShouldBe(0, planned.Output);
        planned.Output.ShouldContain("/api-gateway (not built yet)", Case.Sensitive, planned.Output);
        var file = Directory.GetFiles(Path.Combine(loan.Workspace.Root, "artifacts", "plans")).ShouldHaveSingleItem();

        var early = (await loan.RunAsync(Cancellation, "DeployK8s", "--plan", file)).ShouldEnd(3, "refused");
        early.Cause.ShouldContain("The registry has no ", Case.Sensitive, early.Output);

        (await loan.RunAsync(Cancellation, "DeployProduction", "--plan", file)).ShouldEnd(0, "succeeded");
        var back = await loan.RunAsync(Cancellation, "Rollback");
        back.ExitCode.ShouldBe(0, back.Output);
        (await loan.RunAsync(Cancellation, "Release", "--reason", "a test")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_deployment_ever_is_carried_out_by_its_plan()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var planned = await product.RunAsync(Cancellation, "Plan");
        planned.ExitCode.ShouldBe(0, planned.Output);
        planned.Output.ShouldContain("create Namespace maily");
        var file = Directory.GetFiles(Path.Combine(product.Workspace.Root, "artifacts", "plans")).ShouldHaveSingleItem();

        (await product.RunAsync(Cancellation, "DeployProduction", "--plan", file)).ShouldEnd(0, "succeeded");
    }

    static async Task ScaleByHandAsync(LiveProduct.Loan loan)
    {
        using var api = new ClusterApi(loan.Product.Parts.Clusters.ByRegion["eu-west-1"].KubeconfigPath);
        (await api.Patch("/apis/apps/v1/namespaces/maily/deployments/api-gateway?fieldManager=kubectl-edit", ClusterApi.Merge, """{"spec":{"replicas":4}}""")).Is(HttpStatusCode.OK);
    }
}
