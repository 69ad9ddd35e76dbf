using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>How releases of pods succeed, and how each failure is explained; the same for the embedded API and for real containers.</summary>
public abstract class PodContract(PodFixture fixture) : PodCase(fixture)
{
    const string Forever = "sleep 3600";

    // Without one, a container that lives for a moment has been ready for that moment, and its rollout is done.
    const string Probe = ""","readinessProbe":{"periodSeconds":1,"httpGet":{"port":8080,"path":"/ready"} } """;

    [Fact]
    public async Task All_kinds_of_workloads_roll_out_with_images_by_digest()
    {
        var run = await DeployAsync(Deployment("web", "mkdir -p /www; echo yes >/www/ready; exec httpd -f -p 8080 -h /www", Probe), StatefulSet("store", Forever), DaemonSet("agent", Forever), Job("index", "echo done"));

        run.Failure.ShouldBeNull();
        (await ObjectsAsync("apis/apps/v1/*/deployments")).Single()!["status"]!["availableReplicas"]!.GetValue<int>().ShouldBe(1);
        var job = (await ObjectsAsync("apis/batch/v1/*/jobs")).Single()!;
        job["metadata"]!["name"]!.GetValue<string>().ShouldMatch("^index-[0-9a-f]{10}$");
        job["status"]!["succeeded"]!.GetValue<int>().ShouldBe(1);
        var digest = Image.Split('@')[1];
        var pods = await ObjectsAsync("api/v1/*/pods");
        pods.Count.ShouldBe(4);
        pods.ShouldAllBe(pod => pod!["status"]!["containerStatuses"]![0]!["imageID"]!.GetValue<string>().EndsWith(digest, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_runs_once_and_again_only_when_it_changes()
    {
        (await DeployAsync(Job("index", "echo one"))).Failure.ShouldBeNull();
        var first = (await ObjectsAsync("apis/batch/v1/*/jobs")).Single()!["metadata"]!["uid"]!.GetValue<string>();

        var same = await DeployAsync(Job("index", "echo one"));
        var changed = await DeployAsync(Job("index", "echo two"));

        same.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        changed.EventOf("DeployK8s", "eu-west-1").ShouldBe("Verified");
        // The one before stays while its release can be gone back to: then it must not run once more.
        var jobs = await ObjectsAsync("apis/batch/v1/*/jobs");
        jobs.Count.ShouldBe(2);
        jobs.ShouldContain(job => job!["metadata"]!["uid"]!.GetValue<string>() == first);
        jobs.ShouldAllBe(job => job!["status"]!["succeeded"]!.GetValue<int>() == 1);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_named_with_the_registrys_answer()
    {
        var failure = await FailAsync(PodProblemKind.ImagePull, StatefulSet("api", Forever, $"{Image.Split('@')[0]}@{Missing}"));

        failure.Evidence.ShouldNotBeNull().ShouldContain($"maily-base@{Missing} cannot be pulled");
        failure.Evidence.ShouldContain("not found");
        failure.Remedy.ShouldContain("./build.sh PushImages");
    }

    [Fact]
    public async Task A_crash_loop_shows_its_exit_code_and_its_last_log_lines()
    {
        using var told = Tell(new CrashLoop(3) { Log = ["connecting", "fatal: no database"] });

        var failure = await FailAsync(PodProblemKind.CrashLoop, Deployment("api", "echo connecting; echo fatal: no database; exit 3", Probe));

        failure.Evidence.ShouldNotBeNull().ShouldContain("exit code 3");
        failure.Evidence.ShouldContain($"connecting{Environment.NewLine}fatal: no database".ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_container_that_uses_more_memory_than_its_limit_says_so_with_the_limit()
    {
        using var told = Tell(CrashLoop.OutOfMemory);

        var failure = await FailAsync(PodProblemKind.CrashLoop, Deployment("api", "exec tail /dev/zero", Probe + ""","resources":{"limits":{"memory":"24Mi"} } """));

        failure.Evidence.ShouldNotBeNull().ShouldContain("OOMKilled, it used more memory than its limit of 24Mi");
        failure.Remedy.ShouldContain("Raise resources.limits.memory of container api (now 24Mi)");
    }

    [Fact]
    public async Task A_readiness_probe_that_fails_is_told_with_its_answer()
    {
        using var told = Tell(new NeverReady("Readiness probe failed: HTTP probe failed with statuscode: 404"));

        var failure = await FailAsync(PodProblemKind.NotReady, Deployment("api", "mkdir -p /www; exec httpd -f -p 8080 -h /www", Probe));

        failure.Evidence.ShouldNotBeNull().ShouldContain("Readiness probe failed: HTTP probe failed with statuscode: 404");
        failure.Remedy.ShouldContain("(GET :8080/ready)");
    }

    [Fact]
    public async Task A_pod_that_no_node_takes_names_the_resource_and_what_is_asked_of_it()
    {
        using var told = Tell(new CannotBeScheduled("0/1 nodes are available: 1 Insufficient cpu."));

        var failure = await FailAsync(PodProblemKind.Unschedulable, Deployment("api", Forever, ""","resources":{"requests":{"cpu":"1000"} } """));

        failure.Evidence.ShouldNotBeNull().ShouldContain("Insufficient cpu");
        failure.Remedy.ShouldMatch("lower what the pod requests: api (1k|1000)");
    }

    [Theory]
    [InlineData(""","env":[{"name":"LEVEL","valueFrom":{"configMapKeyRef":{"name":"settings","key":"LEVEL"} } }]""", "couldn't find key LEVEL in ConfigMap {0}/settings", "Put the key LEVEL into ConfigMap settings")]
    [InlineData(""","envFrom":[{"secretRef":{"name":"keys"} }]""", "secret \"keys\" not found", "Add Secret keys to the manifests")]
    public async Task A_missing_config_map_key_or_secret_is_named(string container, string message, string remedy)
    {
        message = string.Format(System.Globalization.CultureInfo.InvariantCulture, message, Namespace);
        using var told = Tell(new CannotBeConfigured(message));

        var failure = await FailAsync(PodProblemKind.Configuration, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"A":"1"}}""", Deployment("api", Forever, container));

        failure.Evidence.ShouldNotBeNull().ShouldContain(message);
        failure.Remedy.ShouldContain(remedy);
    }

    [Fact]
    public async Task A_volume_of_a_config_map_that_is_not_there_is_named()
    {
        using var told = Tell(new CannotMount("MountVolume.SetUp failed for volume \"c\" : configmap \"routes\" not found"));
        var template = Template("api", Forever, ""","volumeMounts":[{"name":"c","mountPath":"/c"}]""", spec: ""","volumes":[{"name":"c","configMap":{"name":"routes"} }]""");

        var failure = await FailAsync(PodProblemKind.Configuration, Object("apps/v1", "Deployment", "api", $$"""{"selector":{"matchLabels":{"app":"api"} },"template":{{template}}}"""));

        failure.Evidence.ShouldNotBeNull().ShouldContain("configmap \"routes\" not found");
        failure.Remedy.ShouldContain("Add ConfigMap routes");
    }

    [Theory]
    [InlineData("Deployment")]
    [InlineData("StatefulSet")]
    public async Task A_used_up_quota_is_told_although_there_is_no_pod(string kind)
    {
        using var told = Tell(new CannotBeMade("exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0"));

        var failure = await FailAsync(PodProblemKind.Quota, Object("v1", "ResourceQuota", "small", """{"hard":{"pods":"0"} }"""), kind == "Deployment" ? Deployment("api", Forever) : StatefulSet("api", Forever));

        failure.Evidence.ShouldNotBeNull().ShouldContain("quota: small");
        failure.Remedy.ShouldContain($"Raise the ResourceQuota of namespace {Namespace}");
    }

    [Fact]
    public async Task A_pod_that_admission_refuses_is_told_with_its_words()
    {
        using var told = Tell(new CannotBeMade("maximum memory usage per Container is 16Mi, but limit is 64Mi"));

        var failure = await FailAsync(PodProblemKind.Admission, Object("v1", "LimitRange", "small", """{"limits":[{"type":"Container","max":{"memory":"16Mi"} }]}"""),
            Deployment("api", Forever, ""","resources":{"limits":{"memory":"64Mi"} } """));

        failure.Evidence.ShouldNotBeNull().ShouldContain("maximum memory usage per Container is 16Mi, but limit is 64Mi");
    }

    [Fact]
    public async Task A_job_that_fails_shows_why_with_its_last_log_lines_and_can_be_tried_again()
    {
        using (Tell(new Exits(4) { Log = ["no index"] }))
        {
            var failure = await FailAsync(PodProblemKind.JobFailure, Job("index", "echo no index; exit 4"));

            failure.Fact.ShouldContain("BackoffLimitExceeded");
            failure.Evidence.ShouldNotBeNull().ShouldContain("exit code 4");
            failure.Evidence.ShouldContain("no index");
        }

        (await ObjectsAsync("apis/batch/v1/*/jobs")).ShouldBeEmpty();
        (await DeployAsync(Job("index", "echo found"))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_stateful_set_that_its_broken_pod_blocks_is_unblocked_by_the_way_back()
    {
        (await DeployAsync(StatefulSet("store", Forever))).Failure.ShouldBeNull();

        await FailAsync(PodProblemKind.ImagePull, StatefulSet("store", Forever, $"{Image.Split('@')[0]}@{Missing}"));

        var pod = (await ObjectsAsync("api/v1/*/pods")).Single()!;
        pod["spec"]!["containers"]![0]!["image"]!.GetValue<string>().ShouldBe(Image);
        pod["status"]!["containerStatuses"]![0]!["ready"]!.GetValue<bool>().ShouldBeTrue();
    }
}
