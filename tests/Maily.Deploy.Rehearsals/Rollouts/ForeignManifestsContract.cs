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

    const string Certificate = "/apis/operator.maily.test/v1/namespaces/maily/certificates/shop";

    // Other tests share the cluster: however the test ends, the operator goes.
    async Task WithOperatorAsync(string manifests, Func<Task> test)
    {
        Write("objects.yaml", manifests);
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            await test();
        }
        finally
        {
            await RemoveOperatorAsync(Api);
        }
    }

    /// <summary>Removes what the operator has outside of the namespace.</summary>
    internal static async Task RemoveOperatorAsync(ClusterApi api)
    {
        foreach (var path in ClusterWide)
            await api.Delete($"/{path}");
        await api.Until($"/{ClusterWide[0]}", answer => answer.Status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_demo_shop_is_applied_unchanged_diffed_pruned_and_rolled_back()
    {
        Write("objects.yaml", ForeignShop.Version(1));
        (await DeployAsync()).Failure.ShouldBeNull();
        (await ObjectsAsync("Deployment")).Count.ShouldBe(13);

        await IsUnchangedAsync();
        var before = await Snapshot();

        Write("objects.yaml", ForeignShop.Version(2).Replace("name: shippinglabelservice", "name: labelservice", StringComparison.Ordinal));
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
        await WithOperatorAsync(ForeignOperator.Version(1), async () =>
        {
            (await Api.Get(Certificate)).Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);

            await IsUnchangedAsync();

            Write("objects.yaml", ForeignOperator.Version(2));
            (await LinesAsync()).ShouldContain("  .spec.replicas: 1 -> 2");
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await Api.Get(Certificate)).Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!.GetValue<int>().ShouldBe(1);
        });
    }

    [Fact]
    public async Task An_upgrade_that_changes_a_kind_and_uses_its_new_field_at_once_is_planned_applied_and_undone()
    {
        await WithOperatorAsync(ForeignOperator.Version(1), async () =>
        {
            Write("objects.yaml", $$"""
                {{ForeignOperator.Upgraded}}
                ---
                apiVersion: operator.maily.test/v1
                kind: Certificate
                metadata: { name: second }
                spec: { renewBefore: "2h" }
                """);

            var lines = await LinesAsync();
            lines.ShouldContain(line => line.StartsWith("change Certificate maily/shop", StringComparison.Ordinal));
            lines.ShouldContain(line => line.StartsWith("create Certificate maily/second", StringComparison.Ordinal));
            lines.ShouldNotContain(line => line.StartsWith("refused", StringComparison.Ordinal));
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await Api.Get(Certificate)).Body["spec"]!.AsObject().ContainsKey("renewBefore").ShouldBeFalse();
            (await DeployAsync()).Failure.ShouldBeNull();
            (await Api.Get(Certificate)).Body["spec"]!["renewBefore"]!.ToString().ShouldBe("1h");
        });
    }

    [Fact]
    public async Task An_operator_stays_until_the_finalizers_of_its_resources_have_run()
    {
        await WithOperatorAsync(ForeignOperator.Version(1), async () =>
        {
            (await Api.Patch(Certificate, ClusterApi.Merge, """{"metadata":{"finalizers":["operator.maily.test/cleanup"]} }""")).Is(HttpStatusCode.OK);
            Write("objects.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: { name: maily }\n");

            var release = DeployAsync();
            await Api.Until(Certificate, answer => answer.Body["metadata"]?["deletionTimestamp"] is not null);
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Token);
            var operates = await ObjectAsync("Deployment", "operator") is { } program && program["metadata"]!["deletionTimestamp"] is null;
            (await Api.Patch(Certificate, ClusterApi.Merge, """{"metadata":{"finalizers":null} }""")).Is(HttpStatusCode.OK);

            (await release).Failure.ShouldBeNull();
            operates.ShouldBeTrue();
            (await ObjectAsync("Deployment", "operator")).ShouldBeNull();
        });
    }

    [Fact]
    public async Task A_field_that_the_deployed_program_sets_itself_is_left_to_it()
    {
        const string Webhooks = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/maily-test-operator";
        static string Manifests(int version) => ForeignOperator.Version(version)
            .Replace("timeoutSeconds: 30", $"timeoutSeconds: {version}", StringComparison.Ordinal).Replace("failurePolicy: Fail", "failurePolicy: Ignore", StringComparison.Ordinal)
            .Replace("kind: ValidatingWebhookConfiguration\nmetadata: { ", "kind: ValidatingWebhookConfiguration\nmetadata: { annotations: { maily.dev/leave: \"webhooks[*].failurePolicy\" }, ", StringComparison.Ordinal);
        async Task<string> PolicyAsync() => (await Api.Get(Webhooks)).Is(HttpStatusCode.OK).Body["webhooks"]![0]!["failurePolicy"]!.ToString();
        await WithOperatorAsync(Manifests(1), async () =>
        {
            (await PolicyAsync()).ShouldBe("Ignore");
            await IsUnchangedAsync();
            (await Api.Patch($"{Webhooks}?fieldManager=operator", ClusterApi.JsonPatch, """[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Fail"}]""")).Is(HttpStatusCode.OK);

            await IsUnchangedAsync();
            Write("objects.yaml", Manifests(2));
            (await DeployAsync(undo: true)).ShouldBeUndone();
            (await DeployAsync()).Failure.ShouldBeNull();

            (await PolicyAsync()).ShouldBe("Fail");
            await IsUnchangedAsync();
        });
    }

    [Fact]
    public async Task The_first_deployment_of_an_operator_is_undone_with_its_kinds()
    {
        Write("objects.yaml", ForeignOperator.Version(1));

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
        Write("objects.yaml", ForeignSuite.Version(1));
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            var job = (await Api.Get(Jobs)).Body["items"]!.AsArray().ShouldHaveSingleItem()!;
            job["spec"]!["ttlSecondsAfterFinished"].ShouldBeNull();
            job["status"]!["succeeded"]!.GetValue<int>().ShouldBe(1);
            var image = await ImageAsync();

            await IsUnchangedAsync();

            Write("objects.yaml", ForeignSuite.Version(2));
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
