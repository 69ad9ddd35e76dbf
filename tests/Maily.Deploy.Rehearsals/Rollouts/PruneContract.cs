using System.Collections.Immutable;
using System.Net;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>What becomes of objects that a release does not hold any more; the same for the embedded API and the real one.</summary>
public abstract class PruneContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string Extra = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: extra }
        spec: { selector: { app: api }, ports: [ { port: 80 } ] }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: extra }
        data: { A: "1" }
        """;

    const string Parent = "/api/v1/namespaces/maily/secrets/maily-deploy";

    [Fact]
    public async Task What_a_release_does_not_hold_any_more_goes_and_what_others_made_stays()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        (await Api.Post("/api/v1/namespaces/maily/configmaps", """{"metadata":{"name":"of-somebody-else"}}""")).Is(HttpStatusCode.Created);
        WriteVersion(1);

        var run = await DeployAsync();

        run.Failure.ShouldBeNull();
        run.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        run.Outputs("DeployK8s", "eu-west-1-prune")["pruned"].ShouldBe("Service maily/extra, ConfigMap maily/extra");
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
        (await ObjectAsync("ConfigMap", "extra")).ShouldBeNull();
        (await ObjectAsync("ConfigMap", "of-somebody-else")).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_books_follow_KEP_3659_too_wide_first_and_exact_afterwards()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        var parent = (await Api.Get(Parent)).Is(HttpStatusCode.OK).Body["metadata"]!;

        // echo -n maily-deploy.maily.Secret. | openssl dgst -sha256 -binary | basenc --base64url | tr -d =
        parent["labels"]!["applyset.kubernetes.io/id"]!.ToString().ShouldBe("applyset-" + ExpectedId + "-v1");
        parent["annotations"]!["applyset.kubernetes.io/tooling"]!.ToString().ShouldMatch("^maily-deploy/v[0-9]+\\.[0-9]+\\.[0-9]+$");
        parent["annotations"]!["applyset.kubernetes.io/contains-group-kinds"]!.ToString().ShouldBe("ConfigMap,Deployment.apps,Namespace,Service,StatefulSet.apps");
        parent["annotations"]!["applyset.kubernetes.io/additional-namespaces"]!.ToString().ShouldBe("");
        parent["managedFields"]!.AsArray().Single()!["manager"]!.ToString().ShouldBe("maily-deploy-applyset");
        (await ObjectAsync("Deployment", "api"))!["metadata"]!["labels"]!["applyset.kubernetes.io/part-of"]!.ToString().ShouldBe("applyset-" + ExpectedId + "-v1");
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        (await Api.Get(Parent)).Body["metadata"]!["annotations"]!["applyset.kubernetes.io/contains-group-kinds"]!.ToString().ShouldBe("ConfigMap,Deployment.apps,Namespace,StatefulSet.apps");
    }

    [Fact]
    public async Task Kubectl_knows_the_set_and_keeps_its_hands_off()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        Write("other.yaml", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: other, namespace: maily } }");
        var command = CommandLine.Of("kubectl", "--kubeconfig", Cluster.KubeconfigPath, "--namespace=maily", "apply", "--server-side", "--prune", "--applyset=maily-deploy", "-f", Path.Combine(Overlay, "other.yaml"))
            with { Environment = ImmutableDictionary<string, Secret>.Empty.Add("KUBECTL_APPLYSET", new("true")) };

        var refused = await Should.ThrowAsync<CommandFailedException>(new ProcessRunner(TimeProvider.System).RunAsync(command, null, Token));

        // Its own words: the name of the set stands in the command itself.
        refused.Message.ShouldContain("is managed by tooling \"maily-deploy\" instead of \"kubectl\"");
        (await ObjectAsync("ConfigMap", "settings")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_set_of_another_tool_is_refused_before_anything_changes()
    {
        WriteVersion(1);
        (await Api.Post("/api/v1/namespaces", """{"metadata":{"name":"maily"}}""")).Is(HttpStatusCode.Created);
        (await Api.Post("/api/v1/namespaces/maily/secrets", $$"""
            {"metadata":{"name":"maily-deploy","labels":{"applyset.kubernetes.io/id":"applyset-{{ExpectedId}}-v1"},"annotations":{"applyset.kubernetes.io/tooling":"kubectl/v1.32.0","applyset.kubernetes.io/contains-group-kinds":""} } }
            """)).Is(HttpStatusCode.Created);

        (await DeployAsync()).Failure.ShouldBeOfType<ForeignApplySetException>().Evidence.ShouldBe("It is kept by kubectl/v1.32.0.");

        (await ObjectAsync("ConfigMap", "settings")).ShouldBeNull();
    }

    [Fact]
    public async Task What_holds_data_stays_until_somebody_lets_it_go()
    {
        WriteVersion(1, ClaimOf("data"));
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(1);

        var kept = await DeployAsync();
        var live = (await Api.Get("/api/v1/namespaces/maily/persistentvolumeclaims/data")).Status;
        await KubectlAsync("--namespace=maily", "annotate", "persistentvolumeclaim", "data", $"{Marks.Prune}=true");
        var gone = await DeployAsync();

        kept.EventOf("DeployK8s", "eu-west-1-prune").ShouldBe("Unchanged");
        live.ShouldBe(HttpStatusCode.OK);
        gone.Outputs("DeployK8s", "eu-west-1-prune")["pruned"].ShouldBe("PersistentVolumeClaim maily/data");
    }

    [Fact]
    public async Task What_a_controller_made_with_the_labels_of_a_member_is_left_to_it()
    {
        const string Endpoints = "/api/v1/namespaces/maily/endpoints";
        WriteVersion(1, """
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: api }
            spec: { selector: { app: api }, ports: [ { port: 80 } ] }
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: external }
            spec: { ports: [ { port: 80 } ] }
            ---
            apiVersion: v1
            kind: Endpoints
            metadata: { name: external }
            subsets: [ { addresses: [ { ip: 192.0.2.1 } ], ports: [ { port: 80, protocol: TCP } ] } ]
            """);
        (await DeployAsync()).Failure.ShouldBeNull();
        // As the controller does it, which the embedded cluster has not, and the real one may have done by now.
        var labels = (await ObjectAsync("Service", "api"))!["metadata"]!["labels"]!.ToJsonString();
        (await Api.Post(Endpoints, $$"""{"metadata":{"name":"api","labels":{{labels}} } }""")).Status.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.Conflict);
        var made = (await Api.Get($"{Endpoints}/api")).Is(HttpStatusCode.OK);
        made.Body["metadata"]!["labels"]!["applyset.kubernetes.io/part-of"].ShouldNotBeNull();

        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1-prune").ShouldBe("Unchanged");

        (await Api.Get($"{Endpoints}/api")).Is(HttpStatusCode.OK).Uid.ShouldBe(made.Uid);
    }

    [Fact]
    public async Task What_is_still_being_deleted_is_waited_for_and_made_again()
    {
        const string Map = "/api/v1/namespaces/maily/configmaps/settings";
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        await Api.Patch(Map, ClusterApi.Merge, """{"metadata":{"finalizers":["maily.test/slow"]}}""");
        var former = (await Api.Get(Map)).Is(HttpStatusCode.OK).Uid;
        await Api.Delete(Map);
        (await LinesAsync()).ShouldContain(line => line.Contains("it is being deleted, which is waited for", StringComparison.Ordinal));

        var deploying = DeployAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), Token);
        await Api.Patch(Map, ClusterApi.Merge, """{"metadata":{"finalizers":null}}""");

        (await deploying).Failure.ShouldBeNull();
        (await Api.Get(Map)).Is(HttpStatusCode.OK).Uid.ShouldNotBe(former);
    }

    [Fact]
    public async Task Undoing_a_release_brings_back_what_it_had_pruned()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        var (before, books) = (await Snapshot(), await Books());
        WriteVersion(2);

        var run = await DeployAsync(undo: true);

        run.ShouldBeUndone();
        run.Undone.Length.ShouldBe(2);
        (await Snapshot()).ShouldBe(before);
        (await Books()).ShouldBe(books);
    }

    // A list gives it in the version that the API prefers, and 1.20 prefers one that has no metrics.
    [Fact]
    public async Task An_autoscaler_that_was_pruned_comes_back_with_its_metrics()
    {
        WriteVersion(1, """
            ---
            apiVersion: autoscaling/v2
            kind: HorizontalPodAutoscaler
            metadata: { name: api }
            spec:
              scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
              minReplicas: 2
              maxReplicas: 5
              metrics:
                - { type: Resource, resource: { name: memory, target: { type: Utilization, averageUtilization: 60 } } }
            """);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(1);

        (await DeployAsync(undo: true)).ShouldBeUndone();

        var version = (await Api.Get("/apis/autoscaling/v2")).Status == HttpStatusCode.OK ? "v2" : "v2beta2";
        var metric = (await Api.Get($"/apis/autoscaling/{version}/namespaces/maily/horizontalpodautoscalers/api")).Is(HttpStatusCode.OK).Body["spec"]!["metrics"]!.AsArray().ShouldHaveSingleItem()!;
        (metric["resource"]!["name"]!.ToString(), metric["resource"]!["target"]!["averageUtilization"]!.GetValue<int>()).ShouldBe(("memory", 60));
    }

    [Fact]
    public async Task Nothing_is_pruned_when_the_new_release_does_not_roll_out()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);
        using var fault = Faults.Add(new Maily.Deploy.Sandbox.Kubernetes.Faults.WorkloadFault(new Maily.Deploy.Sandbox.Kubernetes.Faults.ImageCannotBePulled()) { Image = ImageOf(2) });

        var run = await DeployAsync();

        run.Failure.ShouldNotBeNull();
        run.Deployment.State.Steps.Keys.Select(step => step.Name).ShouldBe(["eu-west-1"]);
        (await ObjectAsync("ConfigMap", "extra")).ShouldNotBeNull();
    }

    static string ExpectedId => Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData("maily-deploy.maily.Secret."u8)).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    async Task<string> Books() => (await Api.Get(Parent)).Is(HttpStatusCode.OK).Body["metadata"]!["annotations"]!.ToJsonString();
}
