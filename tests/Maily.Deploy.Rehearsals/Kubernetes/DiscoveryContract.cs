using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Who may ask, and what there is to ask for.</summary>
public abstract class DiscoveryContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_request_without_the_token_is_refused()
    {
        using var stranger = new ClusterApi(Fixture.Cluster.KubeconfigPath, withToken: false);

        var refused = (await stranger.Get(ConfigMaps)).Is(HttpStatusCode.Unauthorized);

        ((string)refused.Body["kind"]!, refused.Reason).ShouldBe(("Status", "Unauthorized"));
    }

    [Theory]
    [InlineData("/api/v1", "configmaps", "ConfigMap")]
    [InlineData("/api/v1", "pods/log", "Pod")]
    [InlineData("/api/v1", "namespaces/status", "Namespace")]
    [InlineData("/apis/apps/v1", "deployments", "Deployment")]
    [InlineData("/apis/apps/v1", "deployments/scale", "Scale")]
    [InlineData("/apis/apps/v1", "statefulsets", "StatefulSet")]
    [InlineData("/apis/batch/v1", "jobs", "Job")]
    [InlineData("/apis/networking.k8s.io/v1", "ingresses", "Ingress")]
    [InlineData("/apis/networking.k8s.io/v1", "networkpolicies", "NetworkPolicy")]
    [InlineData("/apis/rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole")]
    [InlineData("/apis/apiextensions.k8s.io/v1", "customresourcedefinitions", "CustomResourceDefinition")]
    [InlineData("/apis/coordination.k8s.io/v1", "leases", "Lease")]
    [InlineData("/apis/storage.k8s.io/v1", "storageclasses", "StorageClass")]
    [InlineData("/apis/scheduling.k8s.io/v1", "priorityclasses", "PriorityClass")]
    public async Task The_kinds_are_discovered(string group, string resource, string kind)
    {
        var resources = (await Api.Get(group)).Is(HttpStatusCode.OK).Body["resources"]!.AsArray();

        ((string)resources.Single(item => (string)item!["name"]! == resource)!["kind"]!).ShouldBe(kind);
    }

    [Fact]
    public async Task The_groups_are_discovered()
    {
        var groups = (await Api.Get("/apis")).Is(HttpStatusCode.OK).Body["groups"]!.AsArray().Select(group => (string)group!["name"]!);

        groups.ShouldContain("apps");
        (await Api.Get("/api")).Body["versions"]!.ToJsonString().ShouldBe("""["v1"]""");
        ((string)(await Api.Get("/version")).Body["major"]!).ShouldBe("1");
    }

    [Fact]
    public async Task An_unknown_resource_is_not_found() =>
        (await Api.Get($"/apis/apps/v1/namespaces/{Namespace}/nothings")).Is(HttpStatusCode.NotFound);

    [Fact]
    public async Task Four_namespaces_are_there_from_the_beginning() => Names(await Api.Get("/api/v1/namespaces"))
        .Intersect(["default", "kube-system", "kube-public", "kube-node-lease"]).Count().ShouldBe(4);
}
