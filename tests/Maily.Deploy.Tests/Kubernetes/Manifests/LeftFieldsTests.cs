using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class LeftFieldsTests
{
    const string Owned = """{"f:webhooks":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:failurePolicy":{} },"k:{\"name\":\"b\"}":{".":{},"f:name":{} } } }""";

    const string Others = """{"f:webhooks":{"k:{\"name\":\"b\"}":{"f:failurePolicy":{} } } }""";

    [Fact]
    public void Of_each_item_the_field_goes_that_somebody_else_has_changed() =>
        Policies("webhooks[*].failurePolicy", Live("maily-deploy", "Apply", Owned)).ShouldBe(["Ignore", null]);

    [Fact]
    public void An_item_that_is_not_there_yet_begins_as_the_manifest_says() =>
        Policies("webhooks[*].failurePolicy", Live("maily-deploy", "Apply", """{"f:webhooks":{"k:{\"name\":\"a\"}":{".":{},"f:name":{} } } }""", others: "{}")).ShouldBe(["Ignore", "Ignore"]);

    [Fact]
    public void An_object_that_is_not_there_yet_gets_all_of_its_manifest() => Policies("webhooks[*].failurePolicy", live: null).ShouldBe(["Ignore", "Ignore"]);

    [Fact]
    public void What_no_annotation_names_stays() => Policies("webhooks[*].sideEffects, spec", Live("maily-deploy", "Apply", "{}")).ShouldBe(["Ignore", "Ignore"]);

    // Its fields become this program's: to leave one out would remove it.
    [Fact]
    public void What_kubectl_applied_and_nobody_has_changed_is_stated() =>
        Policies("webhooks[*].failurePolicy", Live("kubectl", "Apply", Owned)).ShouldBe(["Ignore", null]);

    [Fact]
    public void A_list_that_is_owned_as_one_whole_is_stated() =>
        Policies("webhooks[*].failurePolicy", Live("maily-deploy", "Apply", """{"f:webhooks":{} }""")).ShouldBe(["Ignore", "Ignore"]);

    static IEnumerable<string?> Policies(string leave, KubernetesObject? live) =>
        LeftFields.TakeOut(Webhooks($$$"""{"name":"x","annotations":{"maily.dev/leave":"{{{leave}}}"} }"""), live).ToJson()["webhooks"]!.AsArray().Select(item => item!["failurePolicy"]?.ToString());

    static KubernetesObject Live(string manager, string operation, string fields, string others = Others) => Webhooks($$$"""
        {"name":"x","managedFields":[{"manager":"{{{manager}}}","operation":"{{{operation}}}","fieldsV1":{{{fields}}} },
        {"manager":"istiod","operation":"Update","fieldsV1":{{{others}}} }]}
        """);

    static KubernetesObject Webhooks(string metadata) => new((JsonObject)JsonNode.Parse($$$"""
        {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{{{metadata}}},
        "webhooks":[{"name":"a","failurePolicy":"Ignore"},{"name":"b","failurePolicy":"Ignore"}]}
        """)!);
}
