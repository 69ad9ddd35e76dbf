using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>What only the embedded cluster has: a kubelet, faults to be told, a history to be forgotten.</summary>
public sealed class EmbeddedClusterTests : IAsyncLifetime
{
    const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    const string Pods = "/api/v1/namespaces/default/pods";

    readonly HashSet<string> missingImages = [];
    EmbeddedCluster cluster = null!;
    ClusterApi api = null!;

    public async ValueTask InitializeAsync()
    {
        cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions
        {
            Pace = TimeSpan.FromMilliseconds(5),
            BookmarkEvery = TimeSpan.FromMilliseconds(50),
            ImageExists = (image, _) => Task.FromResult(!missingImages.Contains(image)),
        }, TestContext.Current.CancellationToken);
        api = new ClusterApi(cluster.KubeconfigPath);
    }

    public async ValueTask DisposeAsync()
    {
        api.Dispose();
        await cluster.DisposeAsync();
    }

    [Fact]
    public async Task A_healthy_deployment_is_complete_by_itself()
    {
        await Deploy("web", "registry.test/web:1");

        await Complete("web");

        cluster.Objects("Pod").Count(pod => (string?)pod["status"]!["phase"] == "Running").ShouldBe(2);
    }

    [Fact]
    public async Task An_image_that_does_not_exist_is_not_pulled_and_the_old_pods_stay()
    {
        await Deploy("web", "registry.test/web:1");
        await Complete("web");
        missingImages.Add("registry.test/web:2");

        await Deploy("web", "registry.test/web:2");
        var pod = await PodWith(item => Waiting(item) == "ImagePullBackOff");

        Waiting(pod, "message").ShouldNotBeNull().ShouldContain("registry.test/web:2: not found");
        var status = cluster.Object("Deployment", "default", "web")!["status"]!;
        ((int)status["availableReplicas"]!).ShouldBe(2);
        cluster.Objects("Event").ShouldContain(item => (string?)item["reason"] == "Failed");
    }

    [Fact]
    public async Task A_crash_loop_shows_its_exit_code_and_its_log()
    {
        using var fault = cluster.Faults.Add(new WorkloadFault(new CrashLoop(3) { Log = ["cannot open the database"] }) { Workload = "web" });
        await Deploy("web", "registry.test/web:1");

        var pod = await PodWith(item => Waiting(item) == "CrashLoopBackOff");

        var ended = pod["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!;
        ((int)ended["exitCode"]!, (string)ended["reason"]!).ShouldBe((3, "Error"));
        ((string)(await api.Get($"{Pods}/{pod["metadata"]!["name"]}/log?previous=true")).Body["text"]!).ShouldBe("cannot open the database\n");
    }

    [Fact]
    public async Task A_container_that_needs_too_much_memory_is_killed()
    {
        using var fault = cluster.Faults.Add(new WorkloadFault(CrashLoop.OutOfMemory) { Image = "hungry" });
        await Deploy("web", "registry.test/hungry:1");

        var pod = await PodWith(item => Waiting(item) == "CrashLoopBackOff");

        var ended = pod["status"]!["containerStatuses"]![0]!["lastState"]!["terminated"]!;
        ((int)ended["exitCode"]!, (string)ended["reason"]!).ShouldBe((137, "OOMKilled"));
    }

    [Fact]
    public async Task A_pod_that_is_never_ready_runs_and_is_not_available()
    {
        using (cluster.Faults.Add(new WorkloadFault(new NeverReady()) { Workload = "web" }))
        {
            await Deploy("web", "registry.test/web:1");
            await PodWith(pod => (string?)pod["status"]!["phase"] == "Running");
            cluster.Objects("Event").ShouldContain(item => (string?)item["reason"] == "Unhealthy");
            cluster.Object("Deployment", "default", "web")!["status"]!["availableReplicas"].ShouldBeNull();
        }

        await Complete("web");
    }

    [Fact]
    public async Task A_pod_that_no_node_takes_stays_pending()
    {
        using var fault = cluster.Faults.Add(new WorkloadFault(new CannotBeScheduled("0/1 nodes are available: 1 Insufficient cpu.")));
        await Deploy("web", "registry.test/web:1");

        var pod = await PodWith(item => item["status"]!["conditions"]?[0]?["reason"]?.ToString() == "Unschedulable");

        ((string)pod["status"]!["phase"]!).ShouldBe("Pending");
    }

    [Fact]
    public async Task A_progress_deadline_can_pass_at_once()
    {
        using var fault = cluster.Faults.Add(new WorkloadFault(new DeadlinePasses()) { Workload = "web" });
        await Deploy("web", "registry.test/web:1");

        await api.Until($"{Deployments}/web", answer => Reason(answer) == "ProgressDeadlineExceeded");
    }

    [Fact]
    public async Task A_job_that_fails_too_often_has_failed()
    {
        using var fault = cluster.Faults.Add(new WorkloadFault(new Exits(2)) { Workload = "migrate" });
        await api.Post("/apis/batch/v1/namespaces/default/jobs", """
            {"metadata":{"name":"migrate"},"spec":{"backoffLimit":1,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}
            """);

        var job = await api.Until("/apis/batch/v1/namespaces/default/jobs/migrate", answer => answer.Body["status"]?["conditions"] is not null);

        var condition = job.Body["status"]!["conditions"]![0]!;
        ((string)condition["type"]!, (string)condition["reason"]!).ShouldBe(("Failed", "BackoffLimitExceeded"));
    }

    [Fact]
    public async Task A_job_and_a_daemon_set_and_a_stateful_set_come_up()
    {
        const string Template = """{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"i"}]}}""";
        await api.Post("/apis/batch/v1/namespaces/default/jobs",
            """{"metadata":{"name":"once"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");
        await api.Post("/apis/apps/v1/namespaces/default/daemonsets", $$"""{"metadata":{"name":"agent"},"spec":{"selector":{"matchLabels":{"app":"x"} },"template":{{Template}}} }""");
        await api.Post("/apis/apps/v1/namespaces/default/statefulsets",
            $$"""{"metadata":{"name":"db"},"spec":{"serviceName":"db","replicas":3,"selector":{"matchLabels":{"app":"x"} },"template":{{Template}}} }""");

        await api.Until("/apis/batch/v1/namespaces/default/jobs/once", answer => (int?)answer.Body["status"]?["succeeded"] == 1);
        await api.Until("/apis/apps/v1/namespaces/default/daemonsets/agent", answer => (int?)answer.Body["status"]?["numberAvailable"] == 1);
        await api.Until("/apis/apps/v1/namespaces/default/statefulsets/db", answer => (int?)answer.Body["status"]?["readyReplicas"] == 3);
    }

    [Fact]
    public async Task A_stateful_set_rolls_from_the_highest_number_down_to_its_partition()
    {
        const string Path = "/apis/apps/v1/namespaces/default/statefulsets";
        await api.Post(Path, """
            {"metadata":{"name":"db"},"spec":{"serviceName":"db","replicas":3,"selector":{"matchLabels":{"app":"db"}},
            "updateStrategy":{"rollingUpdate":{"partition":1}},
            "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"db","image":"registry.test/db:1"}]}}}}
            """);
        await api.Until($"{Path}/db", answer => (int?)answer.Body["status"]?["readyReplicas"] == 3);

        await api.Patch($"{Path}/db", ClusterApi.Strategic, """{"spec":{"template":{"spec":{"containers":[{"name":"db","image":"registry.test/db:2"}]}}}}""");
        await api.Until($"{Path}/db", answer => (int?)answer.Body["status"]?["updatedReplicas"] == 2 && (int?)answer.Body["status"]?["readyReplicas"] == 3);

        cluster.Objects("Pod").OrderBy(pod => (string?)pod["metadata"]!["name"]).Select(pod => (string?)pod["spec"]!["containers"]![0]!["image"])
            .ShouldBe(["registry.test/db:1", "registry.test/db:2", "registry.test/db:2"]);
    }

    [Fact]
    public async Task A_watcher_that_asks_gets_bookmarks()
    {
        var seen = await api.Watch($"{Pods}?watch=true&allowWatchBookmarks=true&timeoutSeconds=10", 2);

        seen.ShouldAllBe(change => (string?)change["type"] == "BOOKMARK");
        ((string?)seen[0]["object"]!["metadata"]!["resourceVersion"]).ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task A_watch_from_a_forgotten_version_is_told_that_it_is_gone()
    {
        await api.Post("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"one"}}""");
        cluster.Compact();

        var seen = await api.Watch("/api/v1/configmaps?watch=true&resourceVersion=1&timeoutSeconds=20", 1);

        ((string?)seen[0]["type"], (int?)seen[0]["object"]!["code"], (string?)seen[0]["object"]!["reason"]).ShouldBe(("ERROR", 410, "Expired"));
    }

    [Fact]
    public async Task Strict_validation_refuses_an_unknown_field() =>
        (await api.Post("/api/v1/namespaces/default/configmaps?fieldValidation=Strict", """{"metadata":{"name":"one"},"dato":{}}"""))
            .Is(System.Net.HttpStatusCode.BadRequest).Message.ShouldBe("strict decoding error: unknown field \"dato\"");

    [Fact]
    public async Task What_the_cluster_does_not_do_it_says()
    {
        await Deploy("web", "registry.test/web:1");
        await Complete("web");
        var name = (string)cluster.Objects("Pod")[0]["metadata"]!["name"]!;

        (await api.Post($"{Pods}/{name}/exec", "{}")).Is(System.Net.HttpStatusCode.NotImplemented);
    }

    [Fact]
    public async Task A_request_can_be_refused_for_a_number_of_times()
    {
        cluster.Faults.Add(new ApiFault { Method = "GET", Path = "/pods", Status = System.Net.HttpStatusCode.ServiceUnavailable, Times = 1 });

        (await api.Get(Pods)).Is(System.Net.HttpStatusCode.ServiceUnavailable);
        (await api.Get(Pods)).Is(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_lost_answer_leaves_the_change_made()
    {
        cluster.Faults.Add(new ApiFault { Method = "POST", LosesAnswer = true, Times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => api.Post("/api/v1/namespaces/default/configmaps", """{"metadata":{"name":"one"}}"""));

        cluster.Object("ConfigMap", "default", "one").ShouldNotBeNull();
    }

    async Task Deploy(string name, string image)
    {
        var body = $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"{{name}}"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"{{name}}"} },
            "template":{"metadata":{"labels":{"app":"{{name}}"} },"spec":{"containers":[{"name":"web","image":"{{image}}"}]} } } }
            """;
        ((int)(await api.ApplyAs("maily", $"{Deployments}/{name}", body)).Status).ShouldBeLessThan(300);
    }

    Task<ApiAnswer> Complete(string name) => api.Until($"{Deployments}/{name}", answer =>
        Reason(answer) == "NewReplicaSetAvailable" && (int?)answer.Body["status"]!["observedGeneration"] == (int?)answer.Body["metadata"]!["generation"]);

    async Task<JsonNode> PodWith(Func<JsonNode, bool> fits)
    {
        var list = await api.Until(Pods, answer => answer.Body["items"]!.AsArray().Any(pod => fits(pod!)));
        return list.Body["items"]!.AsArray().First(pod => fits(pod!))!;
    }

    static string? Waiting(JsonNode pod, string field = "reason") => (string?)pod["status"]?["containerStatuses"]?[0]?["state"]?["waiting"]?[field];

    static string? Reason(ApiAnswer deployment) => (string?)deployment.Body["status"]?["conditions"]?.AsArray()
        .FirstOrDefault(item => (string?)item!["type"] == "Progressing")?["reason"];
}
