using System.Net;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Rehearsals.Sandbox;

/// <summary>Clusters that KUBECONFIG names: somebody else's, perhaps production's.</summary>
public sealed class BorrowedClusterTests : IAsyncLifetime
{
    const string KubeSystem = "/api/v1/namespaces/kube-system";
    const string Maily = "/api/v1/namespaces/maily";

    EmbeddedCluster cluster = null!;
    ClusterApi api = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        cluster = await EmbeddedCluster.StartAsync(ct: Cancellation);
        api = new ClusterApi(cluster.KubeconfigPath);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task Without_a_context_for_each_region_they_are_refused()
    {
        var refused = await Should.ThrowAsync<FarSideException>(() => TakeAsync("eu-west-1"));
        refused.Message.ShouldContain("no context eu-west-1");
        refused.Remedy.ShouldContain("unset KUBECONFIG");
    }

    [Theory]
    [InlineData(null, "annotate namespace kube-system maily.dev/environment=sandbox")]
    [InlineData("production", "unset KUBECONFIG")]
    public async Task Unless_marked_as_a_sandbox_they_are_refused_and_nothing_in_them_changes(string? environment, string remedy)
    {
        await MarkAsync(environment);
        var before = (await api.Get("/api/v1/namespaces")).Version;

        var refused = await Should.ThrowAsync<FarSideException>(() => TakeAsync("maily-embedded"));

        refused.Remedy.ShouldContain(remedy);
        (await api.Get("/api/v1/namespaces")).Version.ShouldBe(before);
    }

    [Fact]
    public async Task Only_a_namespace_that_was_not_there_at_the_start_is_removed_at_the_end()
    {
        await MarkAsync("sandbox");
        await using (await TakeAsync("maily-embedded"))
            await MakeNamespaceAsync();
        (await api.Get(Maily)).Is(HttpStatusCode.NotFound);

        await MakeNamespaceAsync();
        await (await TakeAsync("maily-embedded")).DisposeAsync();
        (await api.Get(Maily)).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/home/a/repository/artifacts/sandbox/abcdef/kubeconfig")]
    [InlineData("/sandboxes/abcdef/kubeconfig")]
    [InlineData("")]
    public void A_kubeconfig_that_a_sandbox_left_in_the_shell_is_not_meant(string left)
    {
        ClusterSource.Of(left, null, "/sandboxes").ShouldBeOfType<ClusterSource.Embedded>();
        ClusterSource.Of(left, "/assets", "/sandboxes").ShouldBe(new ClusterSource.Real("/assets"));
        ClusterSource.Of("/home/a/.kube/config", "/assets", "/sandboxes").ShouldBe(new ClusterSource.Existing("/home/a/.kube/config"));
    }

    Task<RegionalClusters> TakeAsync(string region) =>
        new BorrowedClusters(new SandboxOptions { Folder = "/sandboxes", Regions = [region] }, cluster.KubeconfigPath, NullLogger.Instance).TakeAsync(Cancellation);

    async Task MarkAsync(string? environment) => (await api.Patch(KubeSystem, ClusterApi.Merge,
        $$"""{"metadata":{"annotations":{"maily.dev/environment":{{(environment is null ? "null" : $"\"{environment}\"")}}} } }""")).Is(HttpStatusCode.OK);

    async Task MakeNamespaceAsync() => (await api.Post("/api/v1/namespaces", """{"metadata":{"name":"maily"}}""")).Is(HttpStatusCode.Created);
}
