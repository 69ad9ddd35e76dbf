using System.Net;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>What a deployment to a cluster does; the same for the embedded API and the real one.</summary>
public abstract class DeployK8sContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    [Fact]
    public async Task A_release_is_applied_and_rolled_out_with_the_deployments_mark_on_objects_but_not_on_pods()
    {
        WriteVersion(1);

        var run = await DeployAsync();

        run.Failure.ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
        (await Annotation("Deployment", "api")).ShouldBe(run.Deployment.Context.Id.Value);
        (await ObjectAsync("Deployment", "api"))!["status"]!["availableReplicas"]!.GetValue<int>().ShouldBe(2);
        (await ObjectsAsync("Pod")).ShouldAllBe(pod => !pod!.ToJsonString().Contains(run.Deployment.Context.Id.Value, StringComparison.Ordinal));
        run.Outputs("DeployK8s", "eu-west-1")["manifests"].ShouldNotBeNull().Length.ShouldBe(64);
    }

    [Fact]
    public async Task A_release_that_is_live_already_is_left_alone()
    {
        WriteVersion(1);
        var first = await DeployAsync();
        var before = await Snapshot();

        var second = await DeployAsync();

        second.Failure.ShouldBeNull();
        second.EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        (await Snapshot()).ShouldBe(before);
        (await Annotation("Deployment", "api")).ShouldBe(first.Deployment.Context.Id.Value);
    }

    [Fact]
    public async Task An_older_release_deployed_again_is_what_it_was()
    {
        WriteVersion(1);
        var first = await DeployAsync();
        var before = await Snapshot();
        WriteVersion(2);
        await DeployAsync();
        (await LiveImage("StatefulSet", "store")).ShouldBe(ImageOf(2));
        WriteVersion(1);

        var back = await DeployAsync();

        back.Failure.ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
        (await Snapshot()).Replace(back.Deployment.Context.Id.Value, "*", StringComparison.Ordinal).ShouldBe(before.Replace(first.Deployment.Context.Id.Value, "*", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Undoing_a_release_brings_the_former_one_back_and_removes_what_was_new()
    {
        WriteVersion(1);
        await DeployAsync();
        var before = await Snapshot();
        WriteVersion(2, """
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: extra }
            spec: { selector: { app: api }, ports: [ { port: 80 } ] }
            """);

        var run = await DeployAsync(undo: true);

        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await Snapshot()).ShouldBe(before);
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
    }

    [Fact]
    public async Task Undoing_the_first_release_ever_leaves_nothing_and_says_so()
    {
        WriteVersion(1);

        var run = await DeployAsync(undo: true);

        run.Undone.Single().Result.ShouldBe(CompensationResult.Undone("0 objects are as before, 4 new ones are removed: there was nothing to go back to"));
        (await Api.Get("/api/v1/namespaces/maily")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_fails_early_says_why_and_is_undone()
    {
        WriteVersion(1);
        await DeployAsync();
        var before = await Snapshot();
        WriteVersion(2);
        using var fault = Faults.Add(new WorkloadFault(new ImageCannotBePulled("manifest for version 2 unknown")) { Image = ImageOf(2) });

        var run = await DeployAsync();

        var failure = run.Failure.ShouldBeOfType<RolloutFailedException>();
        failure.Problems[0].Kind.ShouldBe(PodProblemKind.ImagePull);
        failure.Evidence.ShouldNotBeNull().ShouldContain("manifest for version 2 unknown");
        run.Undone.Single().Result.State.ShouldBe(CompensationState.Undone, run.Undone.Single().Result.Text);
        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task A_crash_loop_shows_its_exit_code_and_its_last_log_lines()
    {
        WriteVersion(1);
        using var fault = Faults.Add(new WorkloadFault(new CrashLoop(3) { Log = ["connecting", "fatal: no database"] }) { Workload = "api" });

        var failure = (await DeployAsync()).Failure.ShouldBeOfType<RolloutFailedException>();

        failure.Workload.Name.ShouldBe("api");
        failure.Evidence.ShouldNotBeNull().ShouldContain("exit code 3");
        failure.Evidence.ShouldContain("fatal: no database");
    }

    [Fact]
    public async Task A_pod_that_no_node_takes_is_explained()
    {
        WriteVersion(1);
        using var fault = Faults.Add(new WorkloadFault(new CannotBeScheduled("0/3 nodes are available: 3 Insufficient cpu.")) { Workload = "store" });

        var failure = (await DeployAsync()).Failure.ShouldBeOfType<RolloutFailedException>();

        failure.Problems[0].Kind.ShouldBe(PodProblemKind.Unschedulable);
        failure.Evidence.ShouldNotBeNull().ShouldContain("Insufficient cpu");
    }

    [Fact]
    public async Task A_rollout_that_never_gets_ready_ends_when_nothing_changes_any_more()
    {
        WriteVersion(1);
        using var fault = Faults.Add(new WorkloadFault(new NeverReady()) { Workload = "api" });

        var run = await DeployAsync(Settings with { Patience = Settings.Patience with { NoActivity = TimeSpan.FromSeconds(2) } });

        run.Failure.ShouldBeOfType<RolloutFailedException>().Fact.ShouldContain("did not change for");
    }

    [Fact]
    public async Task A_field_of_another_manager_is_refused_before_anything_changes_and_taken_over_when_asked()
    {
        WriteVersion(1);
        await DeployAsync();
        Write("by-hand.json", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"maily"},"data":{"VERSION":"by hand"}}""");
        await KubectlAsync("apply", "--server-side", "--force-conflicts", "--field-manager=someone", "-f", Path.Combine(Overlay, "by-hand.json"));
        WriteVersion(2);

        var conflict = (await DeployAsync()).Failure.ShouldBeOfType<ApplyConflictException>();

        conflict.Conflicts.ShouldBe([new FieldConflict("someone", ".data.VERSION")]);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
        (await DeployAsync(Settings with { ForceConflicts = true })).Failure.ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(2));
    }

    [Fact]
    public async Task A_change_by_hand_is_found_and_repaired()
    {
        WriteVersion(1);
        await DeployAsync();
        await KubectlAsync("--namespace=maily", "delete", "configmap", "settings");

        var run = await DeployAsync();

        run.EventOf("DeployK8s", "eu-west-1").ShouldBe("Verified");
        (await ObjectAsync("ConfigMap", "settings")).ShouldNotBeNull();
    }

    [Fact]
    public async Task Each_release_is_a_revision_in_the_history_that_kubectl_shows()
    {
        WriteVersion(1);
        await DeployAsync();
        (await RevisionsAsync()).ShouldBe(["1"]);
        WriteVersion(2);
        await DeployAsync();

        (await RevisionsAsync()).ShouldBe(["1", "2"]);
        (await KubectlAsync("--namespace=maily", "rollout", "history", "deployment/api", "--revision=1")).ShouldContain(ImageOf(1));
        (await KubectlAsync("--namespace=maily", "rollout", "history", "deployment/api", "--revision=2")).ShouldContain(ImageOf(2));
        (await KubectlAsync("--namespace=maily", "rollout", "history", "statefulset/store", "--revision=1")).ShouldContain(ImageOf(1));
    }

    // A heading of two lines, then a line for each revision that begins with its number.
    async Task<IEnumerable<string>> RevisionsAsync() =>
        (await KubectlAsync("--namespace=maily", "rollout", "history", "deployment/api")).Split('\n').Select(line => line.Split(' ')[0]).Where(word => int.TryParse(word, out _));

    [Fact]
    public async Task A_later_wave_waits_for_the_former_one_and_is_not_begun_when_that_fails()
    {
        WriteVersion(1);
        using var fault = Faults.Add(new WorkloadFault(new ImageCannotBePulled()) { Workload = "api" });

        var run = await DeployAsync(regions: [Region, Region with { Name = "us-east-1", Wave = 1 }]);

        run.Failure.ShouldBeOfType<RolloutFailedException>().Region.ShouldBe("eu-west-1");
        run.Deployment.State.Steps.Keys.Select(step => step.Name).ShouldBe(["eu-west-1"]);
    }

    [Fact]
    public async Task A_manifest_is_sent_in_the_version_that_the_cluster_serves()
    {
        WriteVersion(1, $"{Budget("policy/v1", "newer")}{Budget("policy/v1beta1", "older")}");

        (await DeployAsync()).Failure.ShouldBeNull();

        (await KubectlAsync("--namespace=maily", "get", "poddisruptionbudgets", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
    }

    static string Budget(string version, string name) => $$"""
        ---
        apiVersion: {{version}}
        kind: PodDisruptionBudget
        metadata: { name: {{name}} }
        spec: { minAvailable: 1, selector: { matchLabels: { app: {{name}} } } }

        """;

    [Fact]
    public async Task Each_check_says_what_it_found()
    {
        WriteVersion(1);
        var results = new Dictionary<string, CheckOutcome>(StringComparer.Ordinal);
        foreach (var check in ClusterChecks.For("sandbox", [Region], Settings, new ManifestRenderer(new ProcessRunner(TimeProvider.System)), TimeProvider.System))
            results[check.Name] = (await check.RunAsync(Token)).Outcome;

        results["kubectl"].ShouldBe(CheckOutcome.Passed);
        results["eu-west-1 manifests"].ShouldBe(CheckOutcome.Passed);
        results["eu-west-1 cluster"].ShouldBe(CheckOutcome.Passed);
        results["eu-west-1 identity"].ShouldBe(CheckOutcome.Warning);
    }

    [Fact]
    public async Task A_cluster_of_another_environment_fails_its_check()
    {
        WriteVersion(1);
        await KubectlAsync("annotate", "namespace", "kube-system", "maily.dev/environment=production");

        var identity = ClusterChecks.For("sandbox", [Region], Settings, new ManifestRenderer(new ProcessRunner(TimeProvider.System)), TimeProvider.System).Single(check => check.Name == "eu-west-1 identity");

        (await identity.RunAsync(Token)).Outcome.ShouldBe(CheckOutcome.Failed);
    }
}
