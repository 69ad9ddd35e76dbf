using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Defaults, generations, subresources.</summary>
public abstract class WorkloadContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_deployment_gets_the_defaults_of_a_rollout()
    {
        var made = (await Api.Post(Deployments, """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"web","image":"registry.test/web","ports":[{"containerPort":80}]}]}}}}
            """)).Is(HttpStatusCode.Created);

        var spec = made.Body["spec"]!;
        ((int)spec["replicas"]!).ShouldBe(1);
        ((int)spec["progressDeadlineSeconds"]!).ShouldBe(600);
        ((int)spec["revisionHistoryLimit"]!).ShouldBe(10);
        spec["strategy"]!["rollingUpdate"]!["maxSurge"]!.ToString().ShouldBe("25%");
        spec["strategy"]!["rollingUpdate"]!["maxUnavailable"]!.ToString().ShouldBe("25%");
        ((string)spec["template"]!["spec"]!["restartPolicy"]!).ShouldBe("Always");
        ((string)Container(made)["imagePullPolicy"]!).ShouldBe("Always");
        ((string)Container(made)["ports"]![0]!["protocol"]!).ShouldBe("TCP");
    }

    [Fact]
    public async Task A_service_gets_an_address_and_its_target_ports()
    {
        var made = (await Api.Post(Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}""")).Is(HttpStatusCode.Created);

        ((string)made.Body["spec"]!["type"]!).ShouldBe("ClusterIP");
        ((string)made.Body["spec"]!["clusterIP"]!).ShouldStartWith("10.");
        ((int)made.Body["spec"]!["ports"]![0]!["targetPort"]!).ShouldBe(80);
    }

    [Fact]
    public async Task Plain_texts_of_a_secret_become_its_data()
    {
        var made = (await Api.Post($"/api/v1/namespaces/{Namespace}/secrets", """{"metadata":{"name":"s"},"stringData":{"a":"text"}}""")).Is(HttpStatusCode.Created);

        ((string)made.Body["type"]!).ShouldBe("Opaque");
        ((string)made.Body["data"]!["a"]!).ShouldBe("dGV4dA==");
        made.Body["stringData"].ShouldBeNull();
    }

    [Fact]
    public async Task Quantities_are_kept_in_their_canonical_form()
    {
        var made = await Api.Post(Deployments, Deployment("web", container: ""","resources":{"requests":{"cpu":"0.5","memory":"1024Mi"}}"""));

        Container(made.Is(HttpStatusCode.Created))["resources"]!["requests"]!.ToJsonString().ShouldBe("""{"cpu":"500m","memory":"1Gi"}""");
    }

    [Fact]
    public async Task The_generation_counts_changes_of_what_is_wanted()
    {
        ((int)(await Api.Post(Deployments, Deployment("web"))).Body["metadata"]!["generation"]!).ShouldBe(1);

        var labelled = await Api.Patch($"{Deployments}/web", ClusterApi.Merge, """{"metadata":{"labels":{"a":"b"}}}""");
        var scaled = await Api.Patch($"{Deployments}/web", ClusterApi.Merge, """{"spec":{"replicas":3}}""");

        ((int)labelled.Body["metadata"]!["generation"]!).ShouldBe(1);
        ((int)scaled.Body["metadata"]!["generation"]!).ShouldBe(2);
    }

    [Fact]
    public async Task The_status_is_written_through_its_subresource_only()
    {
        // The default account may come a moment after the namespace, and pods need it.
        await Retry(
            () => Api.Post(Pods, """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"registry.test/c:1"}]}}"""), HttpStatusCode.Created);

        var ignored = await Api.Patch($"{Pods}/p", ClusterApi.Merge, """{"metadata":{"labels":{"a":"b"}},"status":{"phase":"Running"}}""");
        var written = await Api.Patch($"{Pods}/p/status", ClusterApi.Merge, """{"spec":{"nodeName":"other"},"status":{"phase":"Running"}}""");

        ((string)ignored.Is(HttpStatusCode.OK).Body["status"]!["phase"]!).ShouldBe("Pending");
        ((string)ignored.Body["metadata"]!["labels"]!["a"]!).ShouldBe("b");
        ((string)written.Is(HttpStatusCode.OK).Body["status"]!["phase"]!).ShouldBe("Running");
        ((string?)written.Body["spec"]!["nodeName"]).ShouldBeNull();
    }

    [Fact]
    public async Task The_scale_subresource_reads_and_sets_replicas()
    {
        await Api.Post(Deployments, Deployment("web"));

        var scale = await Api.Get($"{Deployments}/web/scale");
        var set = await Api.Put($"{Deployments}/web/scale", $$$"""
            {"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"web","namespace":"{{{Namespace}}}"},"spec":{"replicas":5}}
            """);
        var patched = await Api.Patch($"{Deployments}/web/scale", ClusterApi.Merge, """{"spec":{"replicas":4}}""");

        ((string)scale.Body["kind"]!, (int)scale.Body["spec"]!["replicas"]!, (string)scale.Body["status"]!["selector"]!).ShouldBe(("Scale", 2, "app=web"));
        ((int)set.Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!).ShouldBe(5);
        ((int)patched.Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!).ShouldBe(4);
        ((int)(await Api.Get($"{Deployments}/web")).Body["spec"]!["replicas"]!).ShouldBe(4);
    }

    [Fact]
    public async Task A_field_of_the_wrong_type_is_refused() =>
        (await Api.Post(Deployments, Deployment("web").Replace("\"replicas\":2", "\"replicas\":\"two\"", StringComparison.Ordinal))).Is(HttpStatusCode.BadRequest);

    [Fact]
    public async Task An_unknown_field_is_dropped()
    {
        var made = (await Api.Post(Deployments, Deployment("web", spec: ""","replica":3"""))).Is(HttpStatusCode.Created);

        made.Body["spec"]!["replica"].ShouldBeNull();
    }

    static async Task Retry(Func<Task<ApiAnswer>> attempt, HttpStatusCode wanted)
    {
        for (var left = 100; (await attempt()).Status != wanted; left--)
        {
            left.ShouldBePositive();
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
