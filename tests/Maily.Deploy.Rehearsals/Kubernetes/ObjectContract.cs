using System.Net;
using k8s;
using k8s.Models;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Creating, reading, changing and listing.</summary>
public abstract class ObjectContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    [Fact]
    public async Task A_new_object_gets_an_identity_a_version_and_a_time()
    {
        var made = (await Config("one")).Is(HttpStatusCode.Created);

        made.Uid.ShouldNotBeEmpty();
        long.Parse(made.Version).ShouldBeGreaterThan(0);
        ((string?)made.Body["metadata"]!["creationTimestamp"]).ShouldNotBeNull().ShouldEndWith("Z");
        (await Api.Get($"{ConfigMaps}/one")).Uid.ShouldBe(made.Uid);
    }

    [Fact]
    public async Task A_second_object_of_the_name_is_refused()
    {
        await Config("one");

        var refused = (await Config("one")).Is(HttpStatusCode.Conflict);

        refused.Reason.ShouldBe("AlreadyExists");
        refused.Message.ShouldBe("configmaps \"one\" already exists");
    }

    [Fact]
    public async Task An_object_in_a_missing_namespace_is_refused()
    {
        var refused = (await Api.Post("/api/v1/namespaces/nowhere-at-all/configmaps", """{"metadata":{"name":"one"}}""")).Is(HttpStatusCode.NotFound);

        refused.Message.ShouldBe("namespaces \"nowhere-at-all\" not found");
    }

    [Fact]
    public async Task A_missing_object_is_not_found()
    {
        var answer = (await Api.Get($"{Deployments}/nobody")).Is(HttpStatusCode.NotFound);

        (answer.Reason, answer.Message).ShouldBe(("NotFound", "deployments.apps \"nobody\" not found"));
    }

    [Fact]
    public async Task A_write_on_an_old_version_is_refused()
    {
        var old = (await Config("one")).Version;
        (await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"a":"2"}}""")).Is(HttpStatusCode.OK);

        var refused = await Api.Put($"{ConfigMaps}/one", $$"""{"metadata":{"name":"one","resourceVersion":"{{old}}"},"data":{"a":"3"} }""");

        refused.Is(HttpStatusCode.Conflict).Reason.ShouldBe("Conflict");
        refused.Message.ShouldContain("the object has been modified; please apply your changes to the latest version and try again");
    }

    [Fact]
    public async Task A_write_without_a_version_wins()
    {
        await Config("one");

        (await Api.Put($"{ConfigMaps}/one", """{"metadata":{"name":"one"},"data":{"b":"3"}}""")).Is(HttpStatusCode.OK);

        (await Api.Get($"{ConfigMaps}/one")).Body["data"]!.ToJsonString().ShouldBe("""{"b":"3"}""");
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_the_version()
    {
        var made = await Config("one");

        (await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"a":"1"}}""")).Version.ShouldBe(made.Version);
    }

    [Fact]
    public async Task A_name_is_made_from_a_prefix()
    {
        var made = (await Api.Post(ConfigMaps, """{"metadata":{"generateName":"job-"}}""")).Is(HttpStatusCode.Created);

        ((string)made.Body["metadata"]!["name"]!).ShouldMatch("^job-[a-z0-9]{5}$");
    }

    [Fact]
    public async Task A_json_patch_adds_replaces_and_removes()
    {
        await Config("one", """{"a":"1","b":"2"}""");

        var patched = await Api.Patch($"{ConfigMaps}/one", ClusterApi.JsonPatch,
            """[{"op":"test","path":"/data/a","value":"1"},{"op":"replace","path":"/data/a","value":"9"},{"op":"remove","path":"/data/b"},{"op":"add","path":"/data/c","value":"3"}]""");

        patched.Is(HttpStatusCode.OK).Body["data"]!.ToJsonString().ShouldBe("""{"a":"9","c":"3"}""");
    }

    [Fact]
    public async Task A_json_patch_whose_test_fails_changes_nothing()
    {
        await Config("one");

        (await Api.Patch($"{ConfigMaps}/one", ClusterApi.JsonPatch, """[{"op":"test","path":"/data/a","value":"2"},{"op":"remove","path":"/data/a"}]"""))
            .Is(HttpStatusCode.UnprocessableEntity);

        (await Api.Get($"{ConfigMaps}/one")).Body["data"]!.ToJsonString().ShouldBe("""{"a":"1"}""");
    }

    [Fact]
    public async Task A_merge_patch_removes_what_is_null()
    {
        await Config("one", """{"a":"1","b":"2"}""");

        (await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"a":null}}""")).Body["data"]!.ToJsonString().ShouldBe("""{"b":"2"}""");
    }

    [Fact]
    public async Task A_strategic_merge_patch_merges_containers_by_name()
    {
        (await Api.Post(Deployments, Deployment("web", container: ""","env":[{"name":"A","value":"1"}]"""))).Is(HttpStatusCode.Created);

        var patched = (await Api.Patch($"{Deployments}/web", ClusterApi.Strategic,
            """{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"B","value":"2"}]},{"name":"side","image":"registry.test/side:1"}]}}}}"""))
            .Is(HttpStatusCode.OK);

        var containers = patched.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        containers.Count.ShouldBe(2);
        var web = containers.Single(item => (string)item!["name"]! == "web")!;
        ((string)web["image"]!).ShouldBe("registry.test/web:1");
        web["env"]!.AsArray().Select(item => (string)item!["name"]!).Order().ShouldBe(["A", "B"]);
    }

    [Fact]
    public async Task A_strategic_merge_patch_can_delete_a_list_item()
    {
        await Api.Post(Deployments, Deployment("web", container: ""","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]"""));

        var patched = await Api.Patch($"{Deployments}/web", ClusterApi.Strategic,
            """{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"A","$patch":"delete"}]}]}}}}""");

        Container(patched.Is(HttpStatusCode.OK))["env"]!.ToJsonString().ShouldBe("""[{"name":"B","value":"2"}]""");
    }

    [Fact]
    public async Task A_patch_of_an_unknown_type_is_refused()
    {
        await Config("one");

        (await Api.Patch($"{ConfigMaps}/one", "application/x-patch", "{}")).Is(HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("tier=web", "a,b")]
    [InlineData("tier==web,env=prod", "a")]
    [InlineData("tier!=web", "c,d,kube-root-ca.crt")]
    [InlineData("env in (prod, test)", "a,c")]
    [InlineData("env notin (prod),tier", "b,c")]
    [InlineData("!tier", "d,kube-root-ca.crt")]
    [InlineData("env", "a,c")]
    public async Task A_list_is_narrowed_by_labels(string selector, string names)
    {
        await Config("a", meta: ""","labels":{"tier":"web","env":"prod"}""");
        await Config("b", meta: ""","labels":{"tier":"web"}""");
        await Config("c", meta: ""","labels":{"tier":"db","env":"test"}""");
        await Config("d");
        await Api.Until($"{ConfigMaps}/kube-root-ca.crt", answer => answer.Status == HttpStatusCode.OK);

        var list = (await Api.Get($"{ConfigMaps}?labelSelector={Uri.EscapeDataString(selector)}")).Is(HttpStatusCode.OK);

        string.Join(',', Names(list)).ShouldBe(names);
    }

    [Fact]
    public async Task A_list_is_narrowed_by_name()
    {
        await Config("a");
        await Config("b");

        Names(await Api.Get($"{ConfigMaps}?fieldSelector=metadata.name%3Db")).ShouldBe(["b"]);
        Names(await Api.Get($"/api/v1/configmaps?fieldSelector=metadata.namespace%3D{Namespace},metadata.name%3Da")).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_selector_that_cannot_be_parsed_is_refused() =>
        (await Api.Get($"{ConfigMaps}?labelSelector={Uri.EscapeDataString("a in b)")}")).Is(HttpStatusCode.BadRequest);

    [Fact]
    public async Task A_long_list_comes_in_pages()
    {
        foreach (var name in new[] { "a", "b", "c" }) await Config(name, meta: ""","labels":{"page":"yes"}""");

        var first = await Api.Get($"{ConfigMaps}?labelSelector=page&limit=2");
        var token = (string)first.Body["metadata"]!["continue"]!;
        var second = await Api.Get($"{ConfigMaps}?labelSelector=page&limit=2&continue={Uri.EscapeDataString(token)}");

        Names(first).ShouldBe(["a", "b"]);
        Names(second).ShouldBe(["c"]);
        ((string?)second.Body["metadata"]!["continue"]).ShouldBeNull();
    }

    [Fact]
    public async Task The_typed_client_does_the_same()
    {
        using var client = Fixture.Client();
        var token = TestContext.Current.CancellationToken;
        var made = await client.CoreV1.CreateNamespacedConfigMapAsync(
            new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "typed" }, Data = new Dictionary<string, string> { ["a"] = "1" } }, Namespace, cancellationToken: token);
        made.Data["a"] = "2";
        await client.CoreV1.ReplaceNamespacedConfigMapAsync(made, "typed", Namespace, cancellationToken: token);

        (await client.CoreV1.ReadNamespacedConfigMapAsync("typed", Namespace, cancellationToken: token)).Data["a"].ShouldBe("2");
        await client.CoreV1.DeleteNamespacedConfigMapAsync("typed", Namespace, cancellationToken: token);
        var names = (await client.CoreV1.ListNamespacedConfigMapAsync(Namespace, cancellationToken: token)).Items.Select(item => item.Metadata.Name);
        names.ShouldNotContain("typed");
    }
}
