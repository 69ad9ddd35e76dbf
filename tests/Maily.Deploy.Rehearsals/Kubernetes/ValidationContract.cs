using System.Net;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>What is refused, and how it is said.</summary>
public abstract class ValidationContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_selector_that_does_not_match_its_template_is_refused()
    {
        var refused = await Api.Post(Deployments, Deployment("web").Replace("\"labels\":{\"app\":\"web\"}", "\"labels\":{\"app\":\"other\"}", StringComparison.Ordinal));

        refused.Is(HttpStatusCode.UnprocessableEntity).Reason.ShouldBe("Invalid");
        refused.Fields.ShouldBe(["spec.template.metadata.labels"]);
        refused.Message.ShouldContain("`selector` does not match template `labels`");
    }

    [Fact]
    public async Task An_object_without_a_name_is_refused()
    {
        var refused = (await Api.Post(ConfigMaps, """{"data":{"a":"1"}}""")).Is(HttpStatusCode.UnprocessableEntity);

        refused.Fields.ShouldBe(["metadata.name"]);
        refused.Message.ShouldContain("name or generateName is required");
    }

    [Theory]
    [InlineData("Not_A_Name")]
    [InlineData("-dash")]
    [InlineData("a..b")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        var refused = (await Config(name)).Is(HttpStatusCode.UnprocessableEntity);

        refused.Fields.ShouldBe(["metadata.name"]);
        refused.Message.ShouldStartWith($"ConfigMap \"{name}\" is invalid: metadata.name: Invalid value: \"{name}\"");
    }

    [Fact]
    public async Task A_label_that_is_none_is_refused() =>
        (await Config("one", meta: ""","labels":{"a":"not a label"}""")).Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(["metadata.labels"]);

    [Fact]
    public async Task All_faults_of_a_deployment_are_said_at_once()
    {
        var refused = await Api.Post(Deployments, """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
            "spec":{"containers":[{"name":"a","image":"i"},{"name":"a","image":"i"},{"name":"b"}]}}}}
            """);

        refused.Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(
            ["spec.template.spec.containers[1].name", "spec.template.spec.containers[2].image"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_deployment_without_containers_is_refused()
    {
        var refused = await Api.Post(Deployments, """
            {"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[]}}}}
            """);

        refused.Is(HttpStatusCode.UnprocessableEntity).Message.ShouldContain("spec.template.spec.containers: Required value");
    }

    [Fact]
    public async Task A_mount_of_a_missing_volume_is_refused() =>
        (await Api.Post(Deployments, Deployment("web", container: ""","volumeMounts":[{"name":"data","mountPath":"/data"}]""")))
            .Is(HttpStatusCode.UnprocessableEntity).Message.ShouldContain("spec.template.spec.containers[0].volumeMounts[0].name: Not found: \"data\"");

    [Fact]
    public async Task The_selector_of_a_deployment_never_changes()
    {
        await Api.Post(Deployments, Deployment("web"));

        var refused = await Api.Patch($"{Deployments}/web", ClusterApi.Merge,
            """{"spec":{"selector":{"matchLabels":{"app":"new"}},"template":{"metadata":{"labels":{"app":"new"}}}}}""");

        refused.Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(["spec.selector"]);
        refused.Message.ShouldContain("field is immutable");
    }

    [Fact]
    public async Task An_immutable_config_map_never_changes()
    {
        (await Api.Post(ConfigMaps, """{"metadata":{"name":"fixed"},"immutable":true,"data":{"a":"1"}}""")).Is(HttpStatusCode.Created);

        var refused = (await Api.Patch($"{ConfigMaps}/fixed", ClusterApi.Merge, """{"data":{"a":"2"}}""")).Is(HttpStatusCode.UnprocessableEntity);

        refused.Message.ShouldContain("data: Forbidden: field is immutable when `immutable` is set");
        (await Api.Patch($"{ConfigMaps}/fixed", ClusterApi.Merge, """{"metadata":{"labels":{"a":"b"}}}""")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_type_of_a_secret_never_changes()
    {
        var secrets = $"/api/v1/namespaces/{Namespace}/secrets";
        await Api.Post(secrets, """{"metadata":{"name":"s"}}""");

        (await Api.Patch($"{secrets}/s", ClusterApi.Merge, """{"type":"other"}""")).Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(["type"]);
    }

    [Fact]
    public async Task A_service_needs_ports() => (await Api.Post(Services, """{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"}}}"""))
        .Is(HttpStatusCode.UnprocessableEntity).Fields.ShouldBe(["spec.ports"]);

    [Fact]
    public async Task A_port_out_of_range_is_refused() => (await Api.Post(Services, """{"metadata":{"name":"web"},"spec":{"ports":[{"port":70000}]}}"""))
        .Is(HttpStatusCode.UnprocessableEntity).Message.ShouldContain("spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive");

    [Fact]
    public async Task A_name_other_than_the_path_s_is_refused()
    {
        await Config("one");

        (await Api.Put($"{ConfigMaps}/one", """{"metadata":{"name":"two"}}""")).Is(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_namespace_than_the_path_s_is_refused() =>
        (await Api.Post(ConfigMaps, """{"metadata":{"name":"one","namespace":"default"}}""")).Is(HttpStatusCode.BadRequest).Message
            .ShouldBe("the namespace of the provided object does not match the namespace sent on the request");
}
