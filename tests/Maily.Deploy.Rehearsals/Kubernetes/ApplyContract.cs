using System.Net;
using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Server-side apply: who owns which field, and what that means.</summary>
public abstract partial class ApplyContract(ClusterFixture fixture) : ClusterContract(fixture)
{
    const string Named = "\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"one\"}";

    [Fact]
    public async Task What_is_not_there_is_made_and_owned()
    {
        var made = (await ApplyConfig("a", """{"x":"1"}""")).Is(HttpStatusCode.Created);

        var entry = made.Body["metadata"]!["managedFields"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)entry["manager"]!, (string)entry["operation"]!, (string)entry["apiVersion"]!).ShouldBe(("a", "Apply", "v1"));
        entry["fieldsV1"]!.ToJsonString().ShouldBe("""{"f:data":{"f:x":{}}}""");
        (await ApplyConfig("a", """{"x":"1"}""")).Is(HttpStatusCode.OK).Version.ShouldBe(made.Version);
    }

    [Fact]
    public async Task An_apply_without_a_manager_is_refused() => (await Api.Patch($"{ConfigMaps}/one", ClusterApi.Apply, $"{{{Named}}}"))
        .Is(HttpStatusCode.UnprocessableEntity).Message.ShouldContain("fieldManager: Required value: is required for apply patch");

    [Fact]
    public async Task Yaml_can_be_applied()
    {
        var made = await Api.ApplyAs("a", $"{ConfigMaps}/one", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\ndata:\n  text: |\n    two\n    lines\n  number: '5'\n");

        made.Is(HttpStatusCode.Created).Body["data"]!.ToJsonString().ShouldBe("""{"number":"5","text":"two\nlines\n"}""");
    }

    [Fact]
    public async Task A_field_of_another_manager_is_a_conflict_that_names_both()
    {
        await ApplyConfig("a", """{"x":"1","y":"1"}""");

        var refused = (await ApplyConfig("b", """{"x":"2"}""")).Is(HttpStatusCode.Conflict);

        refused.Reason.ShouldBe("Conflict");
        refused.Message.ShouldBe("Apply failed with 1 conflict: conflict with \"a\": .data.x");
        var cause = refused.Body["details"]!["causes"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)cause["reason"]!, (string)cause["message"]!, (string)cause["field"]!)
            .ShouldBe(("FieldManagerConflict", "conflict with \"a\"", ".data.x"));
    }

    [Fact]
    public async Task Several_conflicts_are_said_together()
    {
        await ApplyConfig("a", """{"x":"1","y":"1"}""");

        var refused = (await ApplyConfig("b", """{"x":"2","y":"2"}""")).Is(HttpStatusCode.Conflict);

        refused.Fields.ShouldBe([".data.x", ".data.y"], ignoreOrder: true);
        refused.Message.ShouldBe("Apply failed with 2 conflicts: conflicts with \"a\":\n- .data.x\n- .data.y");
    }

    [Fact]
    public async Task Force_takes_the_field_over()
    {
        await ApplyConfig("a", """{"x":"1","y":"1"}""");

        var taken = (await ApplyConfig("b", """{"x":"2"}""", "&force=true")).Is(HttpStatusCode.OK);

        taken.Body["data"]!.ToJsonString().ShouldBe("""{"x":"2","y":"1"}""");
        FieldsOf(taken, "a").ShouldBe("""{"f:data":{"f:y":{}}}""");
        FieldsOf(taken, "b").ShouldBe("""{"f:data":{"f:x":{}}}""");
    }

    [Fact]
    public async Task The_same_value_is_shared()
    {
        await ApplyConfig("a", """{"x":"1"}""");
        (await ApplyConfig("b", """{"x":"1"}""")).Is(HttpStatusCode.OK);

        var given = (await ApplyConfig("a", """{"z":"1"}""")).Is(HttpStatusCode.OK);

        given.Body["data"]!.ToJsonString().ShouldBe("""{"x":"1","z":"1"}""");
        FieldsOf(given, "b").ShouldBe("""{"f:data":{"f:x":{}}}""");
    }

    [Fact]
    public async Task A_field_that_its_manager_gives_up_is_removed()
    {
        await ApplyConfig("a", """{"x":"1","y":"1"}""");

        (await ApplyConfig("a", """{"y":"1"}""")).Body["data"]!.ToJsonString().ShouldBe("""{"y":"1"}""");
    }

    [Fact]
    public async Task A_field_that_an_update_changed_belongs_to_the_updater()
    {
        await ApplyConfig("a", """{"x":"1"}""");
        (await Api.Patch($"{ConfigMaps}/one?fieldManager=hand", ClusterApi.Merge, """{"data":{"x":"2"}}""")).Is(HttpStatusCode.OK);

        var refused = (await ApplyConfig("a", """{"x":"3"}""")).Is(HttpStatusCode.Conflict);

        refused.Message.ShouldStartWith("Apply failed with 1 conflict: conflict with \"hand\" using v1");
        refused.Fields.ShouldBe([".data.x"]);
    }

    [Fact]
    public async Task An_updater_is_named_by_its_program()
    {
        await Config("one");
        await Api.Patch($"{ConfigMaps}/one", ClusterApi.Merge, """{"data":{"b":"1"}}""");

        var entry = (await Api.Get($"{ConfigMaps}/one")).Body["metadata"]!["managedFields"]!.AsArray().ShouldHaveSingleItem()!;
        ((string)entry["manager"]!, (string)entry["operation"]!).ShouldBe(("contract", "Update"));
    }

    [Fact]
    public async Task A_dry_run_answers_as_if_and_leaves_all_as_it_was()
    {
        await ApplyConfig("a", """{"x":"1"}""");

        var tried = (await ApplyConfig("b", """{"y":"1"}""", "&dryRun=All")).Is(HttpStatusCode.OK);
        var made = (await Api.ApplyAs("a", $"{ConfigMaps}/two", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}""", "&dryRun=All"));

        tried.Body["data"]!.ToJsonString().ShouldBe("""{"x":"1","y":"1"}""");
        made.Is(HttpStatusCode.Created).Uid.ShouldNotBeEmpty();
        (await Api.Get($"{ConfigMaps}/one")).Body["data"]!.ToJsonString().ShouldBe("""{"x":"1"}""");
        (await Api.Get($"{ConfigMaps}/two")).Is(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_dry_run_says_conflicts_too()
    {
        await ApplyConfig("a", """{"x":"1"}""");

        (await ApplyConfig("b", """{"x":"2"}""", "&dryRun=All")).Is(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task An_unknown_dry_run_is_refused() => (await ApplyConfig("a", "{}", "&dryRun=Some")).Is(HttpStatusCode.UnprocessableEntity);

    [Fact]
    public async Task A_field_that_does_not_exist_is_refused()
    {
        var refused = await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", spec: ""","replica":3"""));

        ((int)refused.Status).ShouldBeGreaterThanOrEqualTo(400);
        refused.Message.ShouldContain(".spec.replica: field not declared in schema");
    }

    [Fact]
    public async Task Managed_fields_cannot_be_applied() =>
        (await Api.ApplyAs("a", $"{ConfigMaps}/one", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","managedFields":[{"manager":"b"}]}}"""))
            .Is(HttpStatusCode.BadRequest).Message.ShouldContain("metadata.managedFields must be nil");

    [Fact]
    public async Task Containers_are_told_apart_by_name()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web"));

        var both = (await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"side","image":"registry.test/side:1"}]"""))).Is(HttpStatusCode.OK);
        var one = (await Api.ApplyAs("b", $"{Deployments}/web", """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"}}""")).Is(HttpStatusCode.OK);

        ContainerNames(both).ShouldBe(["side", "web"], ignoreOrder: true);
        ContainerNames(one).ShouldBe(["web"]);
    }

    [Fact]
    public async Task A_conflict_inside_a_list_names_the_item()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web"));

        var refused = await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"web","image":"registry.test/web:2"}]"""));

        refused.Is(HttpStatusCode.Conflict).Fields.ShouldBe([".spec.template.spec.containers[name=\"web\"].image"]);
    }

    [Fact]
    public async Task Ports_are_told_apart_by_port_and_protocol()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", container: ""","ports":[{"containerPort":53}]"""));

        var both = await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"web","ports":[{"containerPort":53,"protocol":"UDP"}]}]"""));
        var again = await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web"));

        Container(both.Is(HttpStatusCode.OK))["ports"]!.AsArray().Count.ShouldBe(2);
        Container(again.Is(HttpStatusCode.OK))["ports"]!.AsArray().Select(port => (string)port!["protocol"]!).ShouldBe(["UDP"]);
    }

    [Fact]
    public async Task Environment_variables_are_told_apart_by_name()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", container: ""","env":[{"name":"A","value":"1"},{"name":"B","value":"1"}]"""));
        await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"web","env":[{"name":"C","value":"1"}]}]"""));

        var fewer = await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", container: ""","env":[{"name":"A","value":"1"}]"""));

        Container(fewer.Is(HttpStatusCode.OK))["env"]!.AsArray().Select(item => (string)item!["name"]!).Order().ShouldBe(["A", "C"]);
    }

    [Fact]
    public async Task A_plain_list_is_one_value()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", container: ""","args":["one","two"]"""));

        (await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"web","args":["three"]}]"""))).Is(HttpStatusCode.Conflict);
        var forced = await Api.ApplyAs("b", $"{Deployments}/web", Template("""[{"name":"web","args":["three"]}]"""), "&force=true");

        Container(forced.Is(HttpStatusCode.OK))["args"]!.ToJsonString().ShouldBe("""["three"]""");
    }

    [Fact]
    public async Task Finalizers_are_a_set()
    {
        await ApplyFinalizers("a", "maily.test/a");
        await ApplyFinalizers("b", "maily.test/b");

        var left = await ApplyFinalizers("a");

        left.Is(HttpStatusCode.OK).Body["metadata"]!["finalizers"]!.ToJsonString().ShouldBe("""["maily.test/b"]""");
        await ApplyFinalizers("b");
    }

    [Fact]
    public async Task Replicas_can_be_left_to_somebody_else()
    {
        await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web", replicas: 2));
        await Api.Patch($"{Deployments}/web?fieldManager=scaler", ClusterApi.Merge, """{"spec":{"replicas":7}}""");

        var left = await Api.ApplyAs("a", $"{Deployments}/web", Deployment("web").Replace("\"replicas\":2,", "", StringComparison.Ordinal).Replace("\"replicas\":2", "", StringComparison.Ordinal));

        ((int)left.Is(HttpStatusCode.OK).Body["spec"]!["replicas"]!).ShouldBe(7);
    }

    [Fact]
    public async Task The_typed_client_applies_too()
    {
        using var client = Fixture.Client();
        var patch = new V1Patch(new V1ConfigMap
        {
            ApiVersion = "v1",
            Kind = "ConfigMap",
            Metadata = new V1ObjectMeta { Name = "typed" },
            Data = new Dictionary<string, string> { ["a"] = "1" },
        }, V1Patch.PatchType.ApplyPatch);

        var applied = await client.CoreV1.PatchNamespacedConfigMapAsync(
            patch, "typed", Namespace, fieldManager: "maily", force: true, cancellationToken: TestContext.Current.CancellationToken);

        applied.Metadata.ManagedFields.ShouldHaveSingleItem().Manager.ShouldBe("maily");
    }

    Task<ApiAnswer> ApplyConfig(string manager, string data, string query = "") =>
        Api.ApplyAs(manager, $"{ConfigMaps}/one", $"{{{Named},\"data\":{data}}}", query);

    Task<ApiAnswer> ApplyFinalizers(string manager, params string[] finalizers)
    {
        var list = new JsonArray([.. finalizers.Select(item => (JsonNode)item)]).ToJsonString();
        return Api.ApplyAs(manager, $"{ConfigMaps}/one", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","finalizers":{{list}}} }""");
    }

    static string Template(string containers) => $$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"template":{"spec":{"containers":{{{containers}}}} } } }
        """;

    static IEnumerable<string> ContainerNames(ApiAnswer deployment) =>
        deployment.Body["spec"]!["template"]!["spec"]!["containers"]!.AsArray().Select(item => (string)item!["name"]!);

    static string FieldsOf(ApiAnswer answer, string manager) => answer.Body["metadata"]!["managedFields"]!.AsArray()
        .Single(entry => (string)entry!["manager"]! == manager)!["fieldsV1"]!.ToJsonString();
}
