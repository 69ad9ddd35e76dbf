using System.Net;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>What others did to the objects before, and beside us; the same for the embedded API and the real one.</summary>
public abstract class TakeoverContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    [Theory]
    [InlineData("")]
    [InlineData("--server-side")]
    public async Task What_kubectl_applied_is_taken_over_without_leaving_a_stale_field(string way)
    {
        WriteVersion(1);
        Write("former.yaml", """
            apiVersion: v1
            kind: Namespace
            metadata: { name: maily }
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: settings, namespace: maily, labels: { team: former } }
            data: { VERSION: "0", OLD: "stays for ever?" }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: api, namespace: maily }
            spec:
              replicas: 2
              selector: { matchLabels: { app: api } }
              template:
                metadata: { labels: { app: api } }
                spec:
                  containers:
                    - name: api
                      image: registry.example/maily/api:former
                      env: [ { name: OLD, value: "1" } ]
                    - { name: sidecar, image: "registry.example/maily/sidecar:former" }
            """);
        await KubectlAsync(["apply", .. way.Length == 0 ? Array.Empty<string>() : [way], "-f", Path.Combine(Overlay, "former.yaml")]);

        (await DeployAsync()).Failure.ShouldBeNull();

        var settings = (await ObjectAsync("ConfigMap", "settings"))!;
        settings["data"]!.ToJsonString().ShouldBe("""{"VERSION":"1"}""");
        settings["metadata"]!["labels"]!["team"].ShouldBeNull();
        Managers(settings).ShouldBe(["maily-deploy"]);
        var api = (await ObjectAsync("Deployment", "api"))!;
        var container = api["spec"]!["template"]!["spec"]!["containers"]!.AsArray().ShouldHaveSingleItem()!;
        container["env"].ShouldBeNull();
        api["metadata"]!["annotations"]!["kubectl.kubernetes.io/last-applied-configuration"].ShouldBeNull();
        Managers(api).ShouldNotContain(name => name.StartsWith("kubectl", StringComparison.Ordinal));
        // And from then on, what a release leaves out goes.
        WriteVersion(1);
        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
    }

    [Fact]
    public async Task Replicas_that_an_autoscaler_keeps_are_not_taken_over()
    {
        WriteVersion(1);
        Write("objects.yaml", (await File.ReadAllTextAsync(Path.Combine(Overlay, "objects.yaml"), Token)).Replace("  replicas: 2\n", "", StringComparison.Ordinal));
        Write("former.yaml", $$"""
            apiVersion: v1
            kind: Namespace
            metadata: { name: maily }
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: api, namespace: maily }
            spec:
              replicas: 4
              selector: { matchLabels: { app: api } }
              template:
                metadata: { labels: { app: api } }
                spec: { containers: [ { name: api, image: "{{ImageOf(0)}}" } ] }
            """);
        await KubectlAsync("apply", "-f", Path.Combine(Overlay, "former.yaml"));

        (await DeployAsync()).Failure.ShouldBeNull();

        (await ObjectAsync("Deployment", "api"))!["spec"]!["replicas"]!.GetValue<int>().ShouldBe(4);
    }

    [Fact]
    public async Task A_change_by_hand_is_repaired_in_that_very_run_and_nothing_else_is_written()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        var store = (await ObjectAsync("StatefulSet", "store"))!["metadata"]!["resourceVersion"]!.ToString();
        await KubectlAsync("--namespace=maily", "patch", "configmap", "settings", "--type=merge", "-p", """{"data":{"VERSION":"by hand"}}""");

        var run = await DeployAsync();

        run.Failure.ShouldBeNull();
        run.EventOf("DeployK8s", "eu-west-1").ShouldBe("Verified");
        (await ObjectAsync("ConfigMap", "settings"))!["data"]!["VERSION"]!.ToString().ShouldBe("1");
        (await ObjectAsync("StatefulSet", "store"))!["metadata"]!["resourceVersion"]!.ToString().ShouldBe(store);
    }

    [Fact]
    public async Task What_another_program_claims_is_refused_with_its_name_and_the_field()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        await KubectlAsync("--namespace=maily", "patch", "configmap", "settings", "--type=merge", "--field-manager=tuner", "-p", """{"data":{"VERSION":"tuned"}}""");

        var conflict = (await DeployAsync()).Failure.ShouldBeOfType<ApplyConflictException>();

        conflict.Conflicts.ShouldBe([new FieldConflict("tuner", ".data.VERSION")]);
        conflict.Message.ShouldContain(".data.VERSION belongs to tuner");
        conflict.Remedy.ShouldContain("--force-conflicts");
    }

    [Fact]
    public async Task What_Argo_CD_tracks_is_refused_and_not_touched()
    {
        WriteVersion(1);
        await MadeByOthersAsync("argo");
        await KubectlAsync("--namespace=maily", "annotate", "configmap", "settings", "argocd.argoproj.io/tracking-id=shop:/ConfigMap:maily/settings");

        var refused = (await DeployAsync()).Failure.ShouldBeOfType<ArgoTrackedException>();

        refused.Kind.ShouldBe(FailureKind.Refused);
        refused.Evidence.ShouldBe("ConfigMap maily/settings belongs to the Application shop");
        (await ObjectAsync("ConfigMap", "settings"))!["data"]!["VERSION"]!.ToString().ShouldBe("argo");
    }

    [Fact]
    public async Task A_tracking_id_of_another_object_and_a_common_label_are_no_tracking()
    {
        WriteVersion(1);
        await MadeByOthersAsync("1");
        await KubectlAsync("--namespace=maily", "annotate", "configmap", "settings", "argocd.argoproj.io/tracking-id=shop:/ConfigMap:maily/another");
        await KubectlAsync("--namespace=maily", "label", "configmap", "settings", "app.kubernetes.io/instance=shop");

        (await DeployAsync()).Failure.ShouldBeNull();
    }

    async Task MadeByOthersAsync(string version)
    {
        (await Api.Post("/api/v1/namespaces", """{"metadata":{"name":"maily"}}""")).Is(HttpStatusCode.Created);
        (await Api.Post("/api/v1/namespaces/maily/configmaps", $$"""{"metadata":{"name":"settings"},"data":{"VERSION":"{{version}}"} }""")).Is(HttpStatusCode.Created);
    }

    static IEnumerable<string> Managers(JsonNode live) => live["metadata"]!["managedFields"]!.AsArray().Select(entry => entry!["manager"]!.ToString()).Distinct();
}
