using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Tests.Kubernetes.Rollouts;

/// <summary>The sentences are those of a real scheduler and kubelet.</summary>
public sealed class PodDiagnosisTests
{
    [Theory]
    [InlineData("manifest for registry/api@sha256:0 not found: manifest unknown: manifest unknown", "./build.sh PushImages")]
    [InlineData("unauthorized: authentication required", "imagePullSecrets")]
    [InlineData("dial tcp: lookup registry.test: no such host", "name service")]
    [InlineData("x509: certificate signed by unknown authority", "certificate authority")]
    public void Why_an_image_cannot_be_pulled_is_read_from_the_event_that_said_it(string why, string remedy)
    {
        var problem = Single(
            """{"name":"api","image":"registry/api@sha256:0","state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"registry/api@sha256:0\""}}}""",
            Event("Failed", $"""Failed to pull image \"registry/api@sha256:0\": rpc error: code = Unknown desc = Error response from daemon: {why}""", 1), Event("Failed", "Error: ErrImagePull", 2));

        problem.Kind.ShouldBe(PodProblemKind.ImagePull);
        problem.Text.ShouldContain("registry/api@sha256:0");
        problem.Text.ShouldContain(why);
        problem.Remedy.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("manifest unknown", 0)]
    [InlineData("dial tcp 10.0.0.1:443: i/o timeout", 35)]
    public void A_registry_that_is_not_reached_for_a_moment_is_borne_longer_than_one_that_lacks_the_image(string why, int seconds) =>
        Single($$$$"""{"name":"api","image":"registry/api@sha256:0","state":{"waiting":{"reason":"ErrImagePull","message":"{{{{why}}}}"}}}""").Expected.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Theory]
    [InlineData(1, 1, 20)]
    [InlineData(2, 1, 0)]
    [InlineData(1, 127, 0)]
    public void A_crash_or_two_are_borne_longer_than_a_loop_or_a_command_that_is_not_there(int restarts, int code, int seconds) =>
        Single($$$$"""{"name":"api","restartCount":{{{{restarts}}}},"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":{{{{code}}}}}}}""").Expected.ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_pod_that_its_node_threw_out_is_told_but_another_one_has_time_to_take_its_place() =>
        Single(Parse("""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","namespace":"maily"},"spec":{"restartPolicy":"Always"},"status":{"phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory.","containerStatuses":[{"name":"api","state":{"terminated":{"exitCode":137}}}]}}"""))
            .ShouldSatisfyAllConditions(problem => problem.Kind.ShouldBe(PodProblemKind.Node), problem => problem.Text.ShouldBe("Evicted: The node was low on resource: memory."), problem => problem.Expected.ShouldBe(TimeSpan.FromMinutes(2)));

    [Fact]
    public void Memory_beyond_the_limit_is_said_with_the_limit()
    {
        var problem = Single("""{"name":"api","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}""");

        problem.Text.ShouldContain("exit code 137: OOMKilled, it used more memory than its limit of 64Mi, 2 restarts");
        problem.Remedy.ShouldContain("Raise resources.limits.memory of container api (now 64Mi)");
    }

    [Fact]
    public void A_container_that_a_liveness_probe_kills_says_what_the_probe_got() =>
        Single("""{"name":"api","restartCount":2,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"Error"}}}""",
            Event("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", 1)).Text.ShouldContain("Liveness probe failed: HTTP probe failed with statuscode: 500");

    [Fact]
    public void A_command_that_is_not_there_is_no_matter_of_its_log() =>
        Single("""{"name":"api","restartCount":1,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":127,"reason":"ContainerCannotRun","message":"exec: \"nothing\": executable file not found in $PATH"}}}""")
            .ShouldSatisfyAllConditions(problem => problem.Text.ShouldContain("executable file not found"), problem => problem.Remedy.ShouldContain("command"));

    [Fact]
    public void A_failing_readiness_probe_is_told_with_its_answer_and_what_it_asks()
    {
        var problem = Single("""{"name":"api","ready":false,"started":true,"state":{"running":{}}}""", Event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503", 1));

        problem.Kind.ShouldBe(PodProblemKind.NotReady);
        problem.Text.ShouldBe("Readiness probe failed: HTTP probe failed with statuscode: 503");
        problem.Remedy.ShouldContain("(GET :8080/ready)");
        problem.Expected.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("configmap \\\"settings\\\" not found", "Add ConfigMap settings to the manifests of namespace maily")]
    [InlineData("secret \\\"keys\\\" not found", "Add Secret keys")]
    [InlineData("couldn't find key LEVEL in ConfigMap maily/settings", "Put the key LEVEL into ConfigMap settings")]
    [InlineData("container has runAsNonRoot and image will run as root", "numeric USER")]
    public void What_a_container_lacks_is_named(string message, string remedy)
    {
        var problem = Single($$$$"""{"name":"api","state":{"waiting":{"reason":"CreateContainerConfigError","message":"{{{{message}}}}"}}}""");

        problem.Kind.ShouldBe(PodProblemKind.Configuration);
        problem.Remedy.ShouldContain(remedy);
    }

    [Fact]
    public void A_volume_of_a_missing_object_counts_until_the_images_are_pulled()
    {
        const string Creating = """{"name":"api","state":{"waiting":{"reason":"ContainerCreating"}}}""";
        var mount = Event("FailedMount", "MountVolume.SetUp failed for volume \\\"c\\\" : configmap \\\"settings\\\" not found", 1);
        var sum = Event("FailedMount", "Unable to attach or mount volumes: unmounted volumes=[c], unattached volumes=[c]: timed out waiting for the condition", 2);

        Single(Creating, mount, sum).ShouldSatisfyAllConditions(problem => problem.Kind.ShouldBe(PodProblemKind.Configuration), problem => problem.Text.ShouldContain("configmap \"settings\" not found"));
        Problems(Pod(Creating), mount, sum, Event("Pulling", "Pulling image", 3)).ShouldBeEmpty();
        Single(Creating, Event("FailedAttachVolume", "AttachVolume.Attach failed for volume \\\"pvc-1\\\" : rpc error", 1)).Kind.ShouldBe(PodProblemKind.Volume);
    }

    [Theory]
    [InlineData("0/3 nodes are available: 3 Insufficient cpu.", "Add nodes with more cpu, or lower what the pod requests: api 100.")]
    [InlineData("0/1 nodes are available: 1 node(s) had taint {gpu: true}, that the pod didn't tolerate.", "Tolerate the taint {gpu: true}")]
    [InlineData("0/1 nodes are available: 1 node(s) didn't match node selector.", "nodeSelector")]
    [InlineData("0/1 nodes are available: 1 pod has unbound immediate PersistentVolumeClaims.", "StorageClass")]
    public void The_scheduler_says_which_resource_or_taint(string message, string remedy)
    {
        var problem = Problems(Parse($$$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","namespace":"maily","uid":"p1"},"spec":{"containers":[{"name":"api","resources":{"requests":{"cpu":"100"}}}]},
            "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"{{{{message}}}}"}]}}
            """)).Single();

        problem.Kind.ShouldBe(PodProblemKind.Unschedulable);
        problem.Text.ShouldContain(message);
        problem.Remedy.ShouldContain(remedy);
    }

    [Theory]
    [InlineData("""{"name":"load"}""", "false", PodProblemKind.Starting, "init container", "kubectl logs api-1 --container load")]
    [InlineData("""{"name":"load","restartPolicy":"Always"}""", "true", PodProblemKind.NotReady, "readiness probe", "readiness probe of container load")]
    [InlineData("""{"name":"load","restartPolicy":"Always","startupProbe":{}}""", "false", PodProblemKind.Starting, "startup probe", "startup probe of container load")]
    public void An_init_container_is_not_unready_while_it_runs_unless_it_runs_beside_the_others(string container, string started, PodProblemKind kind, string text, string remedy)
    {
        var problem = Single(Parse($$$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","namespace":"maily","uid":"p1"},"spec":{"initContainers":[{{{{container}}}}],"containers":[{"name":"api"}]},
            "status":{"phase":"Pending","initContainerStatuses":[{"name":"load","ready":false,"started":{{{{started}}}},"state":{"running":{}}}],
            "containerStatuses":[{"name":"api","ready":false,"started":false,"state":{"waiting":{"reason":"PodInitializing"}}}]}}
            """));

        problem.Kind.ShouldBe(kind);
        problem.Text.ShouldContain(text);
        problem.Remedy.ShouldContain(remedy);
    }

    [Fact]
    public void A_pod_that_is_ready_or_on_its_way_out_has_no_problem()
    {
        const string Crashed = """{"name":"api","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}""";

        Problems(Pod(Crashed, ""","conditions":[{"type":"Ready","status":"True"}]""")).ShouldBeEmpty();
        Problems(Parse($$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"containerStatuses":[{{{{Crashed}}}}]}}""")).ShouldBeEmpty();
    }

    static PodProblem Single(KubernetesObject pod) => Problems(pod).Single();

    static PodProblem Single(string container, params KubernetesObject[] events) => Problems(Pod(container), events).Single();

    static PodProblem[] Problems(KubernetesObject pod, params KubernetesObject[] events) => [.. PodDiagnosis.OfPod(pod, ClusterEvents.Of(events))];

    static KubernetesObject Pod(string container, string more = "") => Parse($$$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","namespace":"maily","uid":"p1"},
        "spec":{"restartPolicy":"Always","containers":[{"name":"api","image":"registry/api@sha256:0","resources":{"limits":{"memory":"64Mi"}},
        "readinessProbe":{"initialDelaySeconds":5,"httpGet":{"port":8080,"path":"/ready"}}}]},"status":{"containerStatuses":[{{{{container}}}}]{{{{more}}}}}}
        """);

    static KubernetesObject Event(string reason, string message, int second) => Parse($$$$"""
        {"apiVersion":"v1","kind":"Event","metadata":{"name":"e{{{{second}}}}","namespace":"maily"},"involvedObject":{"uid":"p1"},"reason":"{{{{reason}}}}","message":"{{{{message}}}}","lastTimestamp":"2026-01-01T00:00:0{{{{second}}}}Z"}
        """);

    static KubernetesObject Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);
}
