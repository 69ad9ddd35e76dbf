using System.Net;
using System.Text.Json.Nodes;
using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Large sets that were written without us in mind; the same for the embedded API and the real one.</summary>
public abstract class ForeignManifestsContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    static readonly string[] ClusterWide =
    [
        "apis/apiextensions.k8s.io/v1/customresourcedefinitions/certificates.operator.maily.test", "apis/apiextensions.k8s.io/v1/customresourcedefinitions/issuers.operator.maily.test",
        "apis/rbac.authorization.k8s.io/v1/clusterroles/maily-test-operator", "apis/rbac.authorization.k8s.io/v1/clusterrolebindings/maily-test-operator",
        "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/maily-test-operator",
    ];

    [Fact]
    public async Task A_demo_shop_is_applied_unchanged_diffed_pruned_and_rolled_back()
    {
        Write("objects.yaml", ForeignManifests.Shop(1));
        (await DeployAsync()).Failure.ShouldBeNull();
        (await ObjectsAsync("Deployment")).Count.ShouldBe(13);

        await IsUnchangedAsync();
        var before = await Snapshot();

        Write("objects.yaml", ForeignManifests.Shop(2).Replace("name: shippinglabelservice", "name: labelservice", StringComparison.Ordinal));
        var lines = await LinesAsync();
        lines.Count(line => line.Contains(".image: registry.example/shop/", StringComparison.Ordinal)).ShouldBe(11);
        lines.ShouldContain("create Deployment maily/labelservice");
        lines.ShouldContain("prune Deployment maily/shippinglabelservice");

        var run = await DeployAsync(undo: true);

        run.ShouldBeUndone();
        run.Undone.Length.ShouldBe(2);
        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task An_operators_install_file_is_applied_unchanged_diffed_and_rolled_back()
    {
        Write("objects.yaml", ForeignManifests.Operator(1));
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            (await Api.Get("/apis/operator.maily.test/v1/namespaces/maily/certificates/shop")).Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);

            await IsUnchangedAsync();

            Write("objects.yaml", ForeignManifests.Operator(2));
            (await LinesAsync()).ShouldContain("  .spec.replicas: 1 -> 2");
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await Api.Get("/apis/operator.maily.test/v1/namespaces/maily/certificates/shop")).Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);
        }
        finally
        {
            foreach (var path in ClusterWide)
                await Api.Delete($"/{path}");
            await Api.Until($"/{ClusterWide[0]}", answer => answer.Status == HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task The_first_deployment_of_an_operator_is_undone_with_its_kinds()
    {
        Write("objects.yaml", ForeignManifests.Operator(1));

        (await DeployAsync(undo: true)).ShouldBeUndone();

        foreach (var path in ClusterWide)
            (await Api.Get($"/{path}")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_Job_that_would_remove_itself_and_a_second_namespace_are_applied_unchanged_and_rolled_back()
    {
        const string Exporter = "/apis/apps/v1/namespaces/maily-test-metrics/deployments/exporter";
        const string Jobs = "/apis/batch/v1/namespaces/maily/jobs";
        Write("kustomization.yaml", "resources: [objects.yaml]\n");
        Write("objects.yaml", ForeignManifests.Suite(1));
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            var job = (await Api.Get(Jobs)).Body["items"]!.AsArray().ShouldHaveSingleItem()!;
            job["spec"]!["ttlSecondsAfterFinished"].ShouldBeNull();
            job["status"]!["succeeded"]!.GetValue<int>().ShouldBe(1);
            var image = await ImageAsync();

            await IsUnchangedAsync();

            Write("objects.yaml", ForeignManifests.Suite(2));
            (await LinesAsync()).ShouldContain("change Deployment maily-test-metrics/exporter");
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await ImageAsync()).ShouldBe(image);
            (await Api.Get(Jobs)).Body["items"]!.AsArray().ShouldHaveSingleItem()!["metadata"]!["uid"]!.ToString().ShouldBe(job["metadata"]!["uid"]!.ToString());
        }
        finally
        {
            await Api.Delete(Jobs, """{"propagationPolicy":"Background"}""");
            await Api.Delete(Exporter, """{"propagationPolicy":"Background"}""");
            await Api.Until("/api/v1/namespaces/maily-test-metrics/pods", pods => pods.Body["items"] is not JsonArray { Count: > 0 });
            await Api.Delete("/api/v1/namespaces/maily-test-metrics");
            await Api.Until("/api/v1/namespaces/maily-test-metrics", answer => answer.Status == HttpStatusCode.NotFound);
        }

        async Task<string> ImageAsync() => (await Api.Get(Exporter)).Is(HttpStatusCode.OK).Body["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.ToString();
    }

    [Fact]
    public async Task What_a_controller_or_a_program_fills_is_left_to_it()
    {
        const string Roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
        WriteVersion(1, """
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: { name: maily-test-all }
            aggregationRule: { clusterRoleSelectors: [ { matchLabels: { maily.test/controller: "true" } } ] }
            rules: []
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: { name: maily-test-core, labels: { maily.test/controller: "true" } }
            rules: [ { apiGroups: [""], resources: ["pods"], verbs: ["get"] } ]
            ---
            apiVersion: v1
            kind: Secret
            metadata: { name: csrf }
            data: { csrf: "" }
            """);
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            await Api.Until($"{Roles}/maily-test-all", answer => answer.Body["rules"] is JsonArray { Count: 1 });
            (await Api.Patch("/api/v1/namespaces/maily/secrets/csrf?fieldManager=dashboard", ClusterApi.Merge, """{"data":{"csrf":"YQ=="}}""")).Is(HttpStatusCode.OK);

            await IsUnchangedAsync();
            WriteVersion(2);
            (await DeployAsync(undo: true)).ShouldBeUndone();

            (await Api.Get("/api/v1/namespaces/maily/secrets/csrf")).Body["data"]!["csrf"]!.ToString().ShouldBe("YQ==");
            await Api.Until($"{Roles}/maily-test-all", answer => answer.Body["rules"] is JsonArray { Count: 1 });
        }
        finally
        {
            foreach (var name in new[] { "all", "core" })
                await Api.Delete($"{Roles}/maily-test-{name}");
        }
    }

    async Task IsUnchangedAsync()
    {
        (await LinesAsync()).ShouldBeEmpty();
        var again = await DeployAsync();
        again.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        again.EventOf("DeployK8s", "eu-west-1-prune").ShouldBe("Unchanged");
    }
}
