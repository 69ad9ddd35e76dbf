using System.Text.Json.Nodes;
using Maily.Deploy.Drift;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Drift;

public sealed class FieldDriftTests
{
    const string Released = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","labels":{"app":"api"}},
         "spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"api","image":"a@sha256:1","env":[{"name":"MODE","value":"fast"}],"ports":[{"containerPort":80}]}]}}}}
        """;

    [Fact]
    public void An_object_as_it_was_released_has_no_field_that_differs() =>
        Find(Json(Released), Ours("""{"f:spec":{"f:replicas":{}}}""")).ShouldBeEmpty();

    [Fact]
    public void A_changed_field_names_the_one_who_changed_it_last()
    {
        var live = Json(Released);
        live["spec"]!["replicas"] = 5;

        var field = Find(live, Ours("""{"f:metadata":{"f:labels":{}}}"""), By("hpa", "Update", 1, """{"f:spec":{"f:template":{}}}"""), By("kubectl-edit", "Update", 2, """{"f:spec":{"f:replicas":{}}}"""))
            .ShouldHaveSingleItem();

        field.ShouldBe(new DriftField(".spec.replicas", "2", "5", "kubectl-edit (Update, 2026-11-23T00:00:02Z)"));
    }

    [Fact]
    public void A_field_that_is_gone_names_the_last_one_at_the_object_with_a_doubt()
    {
        var live = Json(Released);
        live["metadata"]!["labels"]!.AsObject().Remove("app");

        var field = Find(live, By("kubectl-label", "Update", 3, """{"f:metadata":{"f:annotations":{}}}""")).ShouldHaveSingleItem();

        field.ShouldBe(new DriftField(".metadata.labels.app", "\"api\"", null, "perhaps kubectl-label (Update, 2026-11-23T00:00:03Z)"));
    }

    [Fact]
    public void A_list_item_that_somebody_added_is_found_although_an_apply_leaves_it()
    {
        var live = Json(Released);
        live["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Add(new JsonObject { ["name"] = "DEBUG", ["value"] = "1" });

        FindAs(live, live, By("kubectl-set", "Update", 1,
                """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"DEBUG\"}":{".":{},"f:name":{},"f:value":{}}}}}}}}}"""))
            .ShouldHaveSingleItem().ShouldBe(new DriftField(".spec.template.spec.containers[0].env[1]", null, """{"name":"DEBUG","value":"1"}""", "kubectl-set (Update, 2026-11-23T00:00:01Z)"));
    }

    [Fact]
    public void A_value_whose_name_sounds_secret_is_not_shown()
    {
        var live = Json(Released);
        var env = live["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray();
        env[0]!["name"] = "DB_PASSWORD";
        var wanted = (JsonObject)live.DeepClone();
        env[0]!["value"] = "hunter2";

        var field = FindAs(live, wanted, Ours("""{"f:spec":{"f:replicas":{}}}""")).ShouldHaveSingleItem();

        (field.Path, field.ToString()).ShouldSatisfyAllConditions(
            () => field.Path.ShouldBe(".spec.template.spec.containers[0].env[0].value"), () => field.ToString().ShouldNotContain("hunter2"), () => field.ToString().ShouldContain("(secret)"));
    }

    [Fact]
    public void A_list_item_by_keys_that_the_release_leaves_to_the_API_is_no_drift()
    {
        var live = Json(Released);
        live["spec"]!["template"]!["spec"]!["containers"]![0]!["ports"]![0]!["protocol"] = "TCP";

        FindAs(live, live, By("kubectl-client-side-apply", "Update", 1,
            """{"f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}""")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("kube-controller-manager")]
    [InlineData("argocd-controller")]
    public void What_the_clusters_controllers_write_is_no_drift(string manager)
    {
        var live = Json(Released);
        live["metadata"]!["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = "3" };

        FindAs(live, live, By(manager, "Update", 1, """{"f:metadata":{"f:annotations":{".":{},"f:deployment.kubernetes.io/revision":{}}}}""")).ShouldBeEmpty();
    }

    [Fact]
    public void Bookkeeping_and_our_mark_are_no_drift()
    {
        var live = Json(Released);
        live["metadata"]!["resourceVersion"] = "7";
        live["metadata"]!["annotations"] = new JsonObject { [Marks.Deployment] = "d" };
        live["status"] = new JsonObject { ["replicas"] = 1 };

        Find(live).ShouldBeEmpty();
    }

    [Fact]
    public void Values_of_a_secret_are_masked()
    {
        var released = Json("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys"},"type":"Opaque"}""");
        var live = Json("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys"},"type":"Opaque","data":{"key":"c2VjcmV0"}}""");
        live["metadata"]!["managedFields"] = new JsonArray(By("kubectl", "Update", 1, """{"f:data":{".":{},"f:key":{}}}"""));

        var field = FieldDrift.Find(new(released), new(live), new(live)).ShouldHaveSingleItem();

        field.Path.ShouldBe(".data.key");
        field.Found.ShouldBe("***");
    }

    static IEnumerable<DriftField> Find(JsonObject live, params JsonObject[] entries) => FindAs(live, Json(Released), entries);

    static IEnumerable<DriftField> FindAs(JsonObject live, JsonObject restored, params JsonObject[] entries)
    {
        restored = (JsonObject)restored.DeepClone();
        live["metadata"]!["managedFields"] = new JsonArray([.. entries]);
        return FieldDrift.Find(new(Json(Released)), new(live), new(restored));
    }

    static JsonObject Ours(string fields) => By(Marks.Manager, "Apply", 0, fields);

    static JsonObject By(string manager, string operation, int second, string fields) => new()
    {
        ["manager"] = manager, ["operation"] = operation, ["time"] = $"2026-11-23T00:00:0{second}Z", ["fieldsV1"] = JsonNode.Parse(fields),
    };

    static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
