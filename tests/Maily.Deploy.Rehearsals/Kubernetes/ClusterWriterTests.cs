using System.Net;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Somebody else changes an object between the writer's read and its write.</summary>
[Collection("embedded cluster")]
public sealed class ClusterWriterTests(EmbeddedFixture fixture) : ClusterContract(fixture)
{
    // The permit is asked before the read, twice when the change begins, and before its request.
    const int BeforeTheRequest = 4;

    int asked;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_controller_that_writes_in_between_does_not_fail_an_apply()
    {
        await Config("one");

        await ApplyAsync(Permit(Change, left: TimeSpan.MaxValue));

        (await DataAsync()).ShouldBe("""{"a":"1","by":"another","x":"1"}""");
    }

    // It believes in its lease until the request is sent, as one that is suspended just there does.
    [Fact]
    public async Task A_holder_whose_lease_has_ended_writes_nothing_over_what_the_next_one_changed()
    {
        await Config("one");

        await Should.ThrowAsync<PermitExpiredException>(ApplyAsync(Permit(Change, left: TimeSpan.Zero)));

        (await DataAsync()).ShouldBe("""{"a":"1","by":"another"}""");
    }

    [Fact]
    public async Task An_object_that_the_next_holder_removed_is_not_made_again()
    {
        await Config("one");

        await Should.ThrowAsync<PermitExpiredException>(ApplyAsync(Permit(() => Wait(Api.Delete($"{ConfigMaps}/one")), left: TimeSpan.Zero)));

        (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.NotFound);
    }

    void Change() => Wait(Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"by":"another"}}"""));

    // The permit answers at once, hence the change is made while it does.
    static void Wait(Task<ApiAnswer> request) => Task.Run(() => request, Cancellation).Wait(Cancellation);

    ChangePermit Permit(Action beforeTheRequest, TimeSpan left) => new(
        DeploymentId.Create(TimeProvider.System, "0123456"), new StepId("DeployK8s", "eu"), 1, TimeProvider.System, () =>
        {
            if (++asked == BeforeTheRequest)
                beforeTheRequest();
            return asked > BeforeTheRequest ? left : TimeSpan.FromMinutes(1);
        });

    async Task ApplyAsync(ChangePermit permit)
    {
        var path = Fixture.Cluster.KubeconfigPath;
        var region = new RegionSpec { Name = "eu", Overlay = "", Context = (await k8s.KubernetesClientConfiguration.LoadKubeConfigAsync(path)).CurrentContext };
        var cluster = new ClusterReader(region, new ClusterSettings { Kubeconfig = path }, TimeProvider.System);
        var wanted = new KubernetesObject((JsonObject)JsonNode.Parse($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"{{Namespace}}"},"data":{"x":"1"} }""")!);
        await new ClusterWriter(cluster, permit, TimeProvider.System).ApplyAsync(wanted, force: false, Cancellation);
    }

    async Task<string> DataAsync() => (await Api.Get($"{ConfigMaps}/one")).Is(HttpStatusCode.OK).Body["data"]!.ToJsonString();
}
