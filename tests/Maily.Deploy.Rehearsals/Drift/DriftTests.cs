using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Pipelines;
using Npgsql;

namespace Maily.Deploy.Rehearsals.Drift;

/// <summary><c>./build.sh Drift</c> against a product that is live.</summary>
public sealed class DriftTests
{
    static readonly Dictionary<string, string?> Nothing = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drift_finds_nothing_after_a_deployment_and_everything_that_was_changed_by_hand()
    {
        await using var product = await Product.StartAsync(Cancellation);
        var before = await product.RunAsync(Cancellation, "Drift");
        before.ExitCode.ShouldBe(0, before.Output);
        before.Output.ShouldContain("nothing was released yet");
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        var live = await product.ReadAsync(Cancellation);

        var clean = await product.RunAsync(Cancellation, "Drift");

        clean.ExitCode.ShouldBe(0, clean.Output);
        clean.Output.ShouldContain("sandbox is what was released");
        Report(product)["parts"]!.AsArray().Select(part => (string)part!["state"]!).ShouldBe(["asReleased", "asReleased", "asReleased", "asReleased"]);
        (await product.ReadAsync(Cancellation)).ShouldBe(live);

        await ChangeAsync(product);
        var changed = await product.ReadAsync(Cancellation);
        var drifted = await product.RunAsync(Cancellation, "Drift");

        drifted.ExitCode.ShouldBe(2, drifted.Output);
        var text = Report(product).ToJsonString();
        foreach (var expected in new[] { "Deployment maily/api-gateway", ".spec.replicas", "by_hand", "autoAssignCustomDomains" })
            text.ShouldContain(expected);
        File.Exists(product.Workspace.PathOf("artifacts/drift/report.html")).ShouldBeTrue();
        (await product.ReadAsync(Cancellation)).ShouldBe(changed);

        var without = await product.RunAsync(product.Workspace, new Dictionary<string, string?> { ["RESTORE_CHECK_URL"] = null }, Cancellation, "Drift");
        without.ExitCode.ShouldBe(2, without.Output);
        without.Output.ShouldContain("RESTORE_CHECK_URL is not set");
    }

    [Fact]
    public async Task Drift_works_while_a_deployment_runs_and_names_it()
    {
        await using var product = await Product.StartAsync(Cancellation);
        (await product.RunAsync(Cancellation, "DeployProduction")).ShouldEnd(0, "succeeded");
        using var elsewhere = await product.Workspace.CloneAgainAsync(Cancellation);
        var before = await product.ReadAsync(Cancellation);
        await product.Workspace.ReleaseAsync("hangs", Cancellation);
        product.HangRollout();
        await using var deployer = await product.BeginAsync("DeployProduction");
        await deployer.UntilAsync(() => product.HasNewImage(before), Cancellation);

        var drift = await product.RunAsync(elsewhere, Nothing, Cancellation, "Drift");

        drift.ExitCode.ShouldBe(2, drift.Output);
        drift.Output.ShouldContain("is at work: what differs may be its doing");
        product.ClearFaults();
        (await deployer.EndAsync(Cancellation)).ShouldEnd(0, "succeeded");
    }

    static JsonObject Report(Product product) => JsonNode.Parse(File.ReadAllText(product.Workspace.PathOf("artifacts/drift/report.json")))!.AsObject();

    static async Task ChangeAsync(Product product)
    {
        var kubectl = CommandLine.Of("kubectl", "--kubeconfig", product.Parts.Clusters.KubeconfigPath, "--context=us-east-1", "-n", "maily", "scale", "deployment/api-gateway", "--replicas=1");
        await new ProcessRunner(TimeProvider.System).RunAsync(kubectl, null, Cancellation);
        await using var database = NpgsqlDataSource.Create(product.Parts.Postgres.SuperuserConnectionString());
        await using var command = database.CreateCommand("alter table public.campaigns add column by_hand text");
        await command.ExecuteNonQueryAsync(Cancellation);
        using var http = new HttpClient { DefaultRequestHeaders = { Authorization = new("Bearer", product.Environment["VERCEL_TOKEN"]) } };
        var project = $"{product.Environment["VERCEL_API_URL"]}/v9/projects/{product.Environment["VERCEL_PROJECT_ID"]}?teamId={product.Environment["VERCEL_ORG_ID"]}";
        (await http.PatchAsync(project, JsonContent.Create(new { autoAssignCustomDomains = false }), Cancellation)).EnsureSuccessStatusCode();
    }
}
