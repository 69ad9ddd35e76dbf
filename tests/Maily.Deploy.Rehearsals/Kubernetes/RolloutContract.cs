using System.Net;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>What the controllers do. Neither side runs pods, so the case plays the kubelet and marks them ready.</summary>
public abstract class RolloutContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    const string Revision = "deployment.kubernetes.io/revision";

    [Fact]
    public async Task A_deployment_is_complete_once_its_pods_are_ready()
    {
        await Api.Post(Deployments, Deployment("web"));
        var waiting = await Api.Until($"{Deployments}/web", answer => Count(answer, "unavailableReplicas") == 2 && Count(answer, "updatedReplicas") == 2);
        await PlayKubelet(2);

        var done = await Api.Until($"{Deployments}/web", answer => Count(answer, "availableReplicas") == 2 && Reason(answer, "Progressing") == "NewReplicaSetAvailable");

        Reason(waiting, "Available").ShouldBe("MinimumReplicasUnavailable");
        Reason(done, "Available").ShouldBe("MinimumReplicasAvailable");
        ((int)done.Body["status"]!["observedGeneration"]!).ShouldBe(1);
        ((string)done.Body["metadata"]!["annotations"]![Revision]!).ShouldBe("1");
        var set = (await Api.Get(ReplicaSets)).Body["items"]!.AsArray().ShouldHaveSingleItem()!;
        var hash = (string)set["metadata"]!["labels"]!["pod-template-hash"]!;
        ((string)set["metadata"]!["name"]!).ShouldBe($"web-{hash}");
        ((string)set["metadata"]!["ownerReferences"]![0]!["kind"]!).ShouldBe("Deployment");
    }

    [Fact]
    public async Task A_new_template_replaces_the_old_pods_only_as_new_ones_get_ready()
    {
        await Api.Post(Deployments, Deployment("web"));
        await PlayKubelet(2);
        await Api.Until($"{Deployments}/web", answer => Count(answer, "availableReplicas") == 2);

        await Api.Patch($"{Deployments}/web", ClusterApi.Strategic, Image("registry.test/web:2"));
        var stuck = await Api.Until($"{Deployments}/web", answer => Count(answer, "updatedReplicas") == 1 && Count(answer, "replicas") == 3);
        await PlayUntilComplete("registry.test/web:2");

        Count(stuck, "availableReplicas").ShouldBe(2);
        var sets = (await Api.Get(ReplicaSets)).Body["items"]!.AsArray();
        sets.Select(set => ((string)set!["metadata"]!["annotations"]![Revision]!, (int)set["spec"]!["replicas"]!)).Order().ShouldBe([("1", 0), ("2", 2)]);
    }

    [Fact]
    public async Task An_old_template_that_comes_back_gets_its_replica_set_and_a_new_revision()
    {
        await Api.Post(Deployments, Deployment("web"));
        await PlayUntilComplete("registry.test/web:1");
        await Api.Patch($"{Deployments}/web", ClusterApi.Strategic, Image("registry.test/web:2"));
        await PlayUntilComplete("registry.test/web:2");

        await Api.Patch($"{Deployments}/web", ClusterApi.Strategic, Image("registry.test/web:1"));
        await PlayUntilComplete("registry.test/web:1");

        ((string)(await Api.Get($"{Deployments}/web")).Body["metadata"]!["annotations"]![Revision]!).ShouldBe("3");
        (await Api.Get(ReplicaSets)).Body["items"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_rollout_without_progress_passes_its_deadline()
    {
        await Api.Post(Deployments, Deployment("web", spec: ""","progressDeadlineSeconds":2"""));

        var late = await Api.Until($"{Deployments}/web", answer => Reason(answer, "Progressing") == "ProgressDeadlineExceeded");

        ((string)Condition(late, "Progressing")!["status"]!).ShouldBe("False");
        ((string)Condition(late, "Progressing")!["message"]!).ShouldContain("has timed out progressing.");
    }

    [Fact]
    public async Task A_paused_deployment_is_not_rolled()
    {
        await Api.Post(Deployments, Deployment("web"));
        await PlayUntilComplete("registry.test/web:1");
        await Api.Patch($"{Deployments}/web", ClusterApi.Merge, """{"spec":{"paused":true}}""");
        var changed = await Api.Patch($"{Deployments}/web", ClusterApi.Strategic, Image("registry.test/web:2"));

        await Api.Until($"{Deployments}/web", answer => (int?)answer.Body["status"]!["observedGeneration"] == (int)changed.Body["metadata"]!["generation"]!);

        (await Api.Get(ReplicaSets)).Body["items"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Scaling_down_removes_pods()
    {
        await Api.Post(Deployments, Deployment("web", replicas: 3));
        await Api.Until(Pods, answer => answer.Body["items"]!.AsArray().Count == 3);

        await Api.Patch($"{Deployments}/web/scale", ClusterApi.Merge, """{"spec":{"replicas":1}}""");

        await Api.Until(Pods, answer => answer.Body["items"]!.AsArray().Count == 1);
    }

    [Fact]
    public async Task The_pods_of_a_stateful_set_come_one_after_another()
    {
        var sets = $"/apis/apps/v1/namespaces/{Namespace}/statefulsets";
        (await Api.Post(sets, """
            {"metadata":{"name":"db"},"spec":{"serviceName":"db","replicas":2,"selector":{"matchLabels":{"app":"db"}},
            "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"db","image":"registry.test/db:1"}]}}}}
            """)).Is(HttpStatusCode.Created);
        var first = await Api.Until(Pods, answer => Names(answer).Any());
        await PlayKubelet(2);

        var done = await Api.Until($"{sets}/db", answer => Count(answer, "readyReplicas") == 2);

        Names(first).ShouldBe(["db-0"]);
        Names(await Api.Get(Pods)).ShouldBe(["db-0", "db-1"]);
        await Api.Until($"{sets}/db", answer => (string?)answer.Body["status"]!["currentRevision"] == (string?)answer.Body["status"]!["updateRevision"]);
        ((string)done.Body["status"]!["updateRevision"]!).ShouldStartWith("db-");
    }

    [Fact]
    public async Task A_job_is_complete_once_its_pod_succeeded()
    {
        var jobs = $"/apis/batch/v1/namespaces/{Namespace}/jobs";
        (await Api.Post(jobs, """
            {"metadata":{"name":"once"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"registry.test/c:1"}]}}}}
            """)).Is(HttpStatusCode.Created);
        var pods = await Api.Until(Pods, answer => Names(answer).Any());
        await Api.Patch($"{Pods}/{Names(pods).Single()}/status", ClusterApi.Merge, """{"status":{"phase":"Succeeded"}}""");

        var done = await Api.Until($"{jobs}/once", answer => Condition(answer, "Complete") is not null);

        Count(done, "succeeded").ShouldBe(1);
        done.Body["status"]!["completionTime"].ShouldNotBeNull();
    }

    [Fact]
    public async Task What_a_deployment_made_goes_with_it()
    {
        await Api.Post(Deployments, Deployment("web"));
        await Api.Until(Pods, answer => answer.Body["items"]!.AsArray().Count == 2);

        await Api.Delete($"{Deployments}/web");

        await Api.Until(ReplicaSets, answer => !Names(answer).Any());
        await Api.Until(Pods, answer => !Names(answer).Any());
    }

    static string Image(string image) => $$$"""{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"{{{image}}}"}]} } } }""";

    static int Count(ApiAnswer answer, string field) => (int?)answer.Body["status"]?[field] ?? 0;

    static JsonNode? Condition(ApiAnswer answer, string type) =>
        answer.Body["status"]?["conditions"]?.AsArray().FirstOrDefault(item => (string)item!["type"]! == type);

    static string? Reason(ApiAnswer answer, string type) => (string?)Condition(answer, type)?["reason"];

    /// <summary>Marks pods ready until that many are.</summary>
    async Task PlayKubelet(int wanted) => await Api.Until(Pods, async pods => await MarkReady(pods) >= wanted);

    async Task PlayUntilComplete(string image) => await Api.Until($"{Deployments}/web", async deployment =>
    {
        await MarkReady(await Api.Get(Pods));
        return (string?)Container(deployment)["image"] == image && Reason(deployment, "Progressing") == "NewReplicaSetAvailable"
            && Count(deployment, "observedGeneration") == (int)deployment.Body["metadata"]!["generation"]!
            && Count(deployment, "replicas") == 2 && Count(deployment, "updatedReplicas") == 2;
    });

    async Task<int> MarkReady(ApiAnswer pods)
    {
        var ready = 0;
        foreach (var pod in pods.Body["items"]!.AsArray())
        {
            if (pod!["status"]?["conditions"]?.AsArray().Any(item => (string)item!["type"]! == "Ready") == true) ready++;
            else
                await Api.Patch($"{Pods}/{pod["metadata"]!["name"]}/status", ClusterApi.Strategic,
                    """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2020-01-01T00:00:00Z"}]}}""");
        }

        return ready;
    }
}
