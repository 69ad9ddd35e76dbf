using System.Net;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Rehearsals.Kubernetes;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>What a plan says, and that it is kept; the same for the embedded API and the real one.</summary>
public abstract class PlanContract(ClusterFixture fixture) : RolloutCase(fixture)
{
    const string Extra = """
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: extra }
        spec: { selector: { app: api }, ports: [ { port: 80 } ] }
        """;

    [Fact]
    public async Task A_first_release_is_all_creation_and_nothing_is_made()
    {
        WriteVersion(1);

        var lines = await LinesAsync();

        lines.ShouldBe(["create Namespace maily", "create ConfigMap maily/settings (its namespace is not there yet)",
            "create Deployment maily/api (its namespace is not there yet)", "create StatefulSet maily/store (its namespace is not there yet)"]);
        (await Api.Get("/api/v1/namespaces/maily")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_change_is_shown_field_by_field_and_what_goes_is_said()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);

        var lines = await LinesAsync();

        lines.ShouldBe(["change ConfigMap maily/settings", "  .data.VERSION: 1 -> 2",
            "change Deployment maily/api", $"  .spec.template.spec.containers[name=\"api\"].image: {ImageOf(1)} -> {ImageOf(2)}",
            "change StatefulSet maily/store", $"  .spec.template.spec.containers[name=\"store\"].image: {ImageOf(1)} -> {ImageOf(2)}",
            "prune Service maily/extra"]);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task What_the_API_counts_of_a_daemon_set_is_no_change()
    {
        static string Agent(int version) => $$"""
            ---
            apiVersion: apps/v1
            kind: DaemonSet
            metadata: { name: agent }
            spec:
              selector: { matchLabels: { app: agent } }
              template:
                metadata: { labels: { app: agent } }
                spec: { containers: [ { name: agent, image: "{{ImageOf(version)}}" } ], nodeSelector: { kubernetes.io/os: linux } }
            """;
        WriteVersion(1, Agent(1));
        (await DeployAsync()).Failure.ShouldBeNull();
        (await Api.Get("/apis/apps/v1/namespaces/maily/daemonsets/agent")).Body["status"]!["numberReady"]!.GetValue<int>().ShouldBe(1);
        WriteVersion(1, Agent(2));

        (await LinesAsync()).ShouldBe(["change DaemonSet maily/agent", $"  .spec.template.spec.containers[name=\"agent\"].image: {ImageOf(1)} -> {ImageOf(2)}"]);
    }

    [Fact]
    public async Task What_is_live_as_wanted_has_no_line()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();

        (await LinesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_API_refuses_stands_in_the_plan()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(1, """
            ---
            apiVersion: v1
            kind: Service
            metadata: { name: wrong }
            spec: { selector: { app: api }, ports: [ { port: 99999 } ] }
            """);

        var line = (await LinesAsync()).ShouldHaveSingleItem();

        line.ShouldStartWith("refused Service maily/wrong");
        line.ShouldContain("spec.ports[0].port");
    }

    [Fact]
    public async Task A_secret_value_is_never_in_the_plan()
    {
        WriteVersion(1, """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: more }
            data: { DATABASE_PASSWORD: hunter1, COLOUR: red }
            """);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(1, """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: more }
            data: { DATABASE_PASSWORD: hunter2, COLOUR: green }
            """);

        var (file, plan) = await SaveAsync();

        (await LinesAsync()).ShouldBe(["change ConfigMap maily/more", "  .data.COLOUR: red -> green", "  .data.DATABASE_PASSWORD: (secret) -> (secret)"]);
        (await File.ReadAllTextAsync(file, Token)).ShouldNotContain("hunter");
        plan.Hash.Length.ShouldBe(64);
    }

    [Fact]
    public async Task A_plan_is_carried_out_as_it_stands()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);
        var (_, plan) = await SaveAsync();

        var run = await RunOf(Settings, plan: plan).RunAsync(Commit, Token);

        run.Failure.ShouldBeNull();
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(2));
        (await ObjectAsync("Service", "extra")).ShouldBeNull();
    }

    [Fact]
    public async Task A_status_that_moves_on_does_not_spoil_a_plan()
    {
        const string Deployment = "/apis/apps/v1/namespaces/maily/deployments/api";
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);
        var (_, plan) = await SaveAsync();
        var version = (await Api.Get(Deployment)).Version;
        var moved = (await Api.Patch($"{Deployment}/status", ClusterApi.Merge, """{"status":{"collisionCount":1}}""")).Is(HttpStatusCode.OK);
        moved.Version.ShouldNotBe(version);
        moved.Body["status"]!["collisionCount"]!.GetValue<int>().ShouldBe(1);

        (await RunOf(Settings, plan: plan).RunAsync(Commit, Token)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_cluster_that_has_moved_is_refused_and_what_moved_is_named()
    {
        WriteVersion(1, Extra);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);
        var (_, plan) = await SaveAsync();
        await KubectlAsync("--namespace=maily", "patch", "configmap", "settings", "--type=merge", "-p", """{"data":{"VERSION":"by hand"}}""");

        var moved = (await RunOf(Settings, plan: plan).RunAsync(Commit, Token)).Failure.ShouldBeOfType<PlanMovedException>();

        moved.Kind.ShouldBe(FailureKind.Refused);
        moved.Moved.ShouldBe(["DeployK8s/eu-west-1: ConfigMap maily/settings was changed meanwhile (change was planned, change would be now)"]);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Fact]
    public async Task A_release_that_is_another_one_now_is_refused()
    {
        WriteVersion(1);
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2);
        var (_, plan) = await SaveAsync();
        WriteVersion(3);

        var moved = (await RunOf(Settings, plan: plan).RunAsync(Commit, Token)).Failure.ShouldBeOfType<PlanMovedException>();

        moved.Moved.ShouldContain("DeployK8s/eu-west-1: Deployment maily/api is to be something else now");
    }

    async Task<(string File, SavedPlan Plan)> SaveAsync()
    {
        var file = Path.Combine(Overlay, "plan.json");
        await (await RunOf(Settings).PreviewAsync(Commit, Token)).Plan.WriteAsync(file, Token);
        return (file, await SavedPlan.ReadAsync(file, Token));
    }
}
