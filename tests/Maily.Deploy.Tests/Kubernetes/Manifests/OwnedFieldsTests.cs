using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class OwnedFieldsTests
{
    [Fact]
    public void Only_fields_that_this_program_owns_are_captured()
    {
        var reduced = OwnedFields.Reduce(Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment",
             "metadata":{"name":"api","namespace":"maily","uid":"u","resourceVersion":"9","annotations":{"maily.dev/deployment":"d","other":"x"},
              "managedFields":[
               {"manager":"kubectl","operation":"Update","fieldsV1":{"f:spec":{"f:replicas":{}}}},
               {"manager":"maily-deploy","operation":"Apply","fieldsV1":{
                 "f:metadata":{"f:annotations":{"f:maily.dev/deployment":{}}},
                 "f:spec":{"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{".":{},"f:name":{},"f:image":{},
                   "f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}}]},
             "spec":{"replicas":7,"template":{"spec":{"containers":[
               {"name":"sidecar","image":"s"},
               {"name":"api","image":"a@sha256:1","imagePullPolicy":"Always","ports":[{"containerPort":80,"protocol":"TCP","name":"x"}]}]}}},
             "status":{"replicas":7}}
            """));

        JsonNode.DeepEquals(reduced.ToJson(), JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","namespace":"maily","annotations":{"maily.dev/deployment":"d"}},
             "spec":{"template":{"spec":{"containers":[{"name":"api","image":"a@sha256:1","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}
            """)).ShouldBeTrue(reduced.ToString());
    }

    [Fact]
    public void What_controllers_count_on_an_object_of_others_is_not_captured() => OwnedFields.Reduce(Parse("""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","annotations":{"deployment.kubernetes.io/revision":"1","other":"x"}}}
        """)).ToJson()["metadata"]!["annotations"]!.ToJsonString().ShouldBe("""{"other":"x"}""");

    [Theory]
    [InlineData("", """{"type":"NodePort","ports":[{"port":80}]}""")]
    [InlineData(""","f:clusterIP":{},"f:ports":{"k:{\"port\":80}":{"f:nodePort":{}}}""", """{"type":"NodePort","clusterIP":"10.0.0.7","ports":[{"port":80,"nodePort":30080}]}""")]
    public void What_the_API_gave_a_Service_of_others_is_not_captured_and_what_they_asked_for_is(string declared, string captured) => OwnedFields.Reduce(Parse($$"""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","managedFields":[{"manager":"kubectl","operation":"Update","fieldsV1":{"f:spec":{"f:type":{}{{declared}}} } }]},
         "spec":{"type":"NodePort","clusterIP":"10.0.0.7","clusterIPs":["10.0.0.7"],"ports":[{"port":80,"nodePort":30080}]} }
        """)).ToJson()["spec"]!.ToJsonString().ShouldBe(captured);

    [Fact]
    public void Items_of_a_set_are_captured_one_by_one()
    {
        var reduced = OwnedFields.Reduce(Parse("""
            {"apiVersion":"v1","kind":"Thing","metadata":{"name":"x","finalizers":["a","b"],
              "managedFields":[{"manager":"maily-deploy","operation":"Apply","fieldsV1":{"f:metadata":{"f:finalizers":{"v:\"b\"":{}}}}}]}}
            """));

        reduced.ToJson()["metadata"]!["finalizers"]!.ToJsonString().ShouldBe("""["b"]""");
    }

    [Fact]
    public void An_object_of_somebody_else_is_captured_whole_without_what_the_cluster_writes()
    {
        var reduced = OwnedFields.Reduce(Parse("""
            {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","uid":"u","resourceVersion":"1","creationTimestamp":"t","labels":{"a":"b"}},"data":{"k":"v"}}
            """));

        JsonNode.DeepEquals(reduced.ToJson(), JsonNode.Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","labels":{"a":"b"}},"data":{"k":"v"}}"""))
            .ShouldBeTrue(reduced.ToString());
    }

    [Fact]
    public void A_difference_names_its_path_and_bookkeeping_is_none()
    {
        var live = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","resourceVersion":"1","annotations":{"maily.dev/deployment":"a"}},"data":{"k":"v","l":"m"}}""");
        var preview = Parse("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","resourceVersion":"2","annotations":{"maily.dev/deployment":"b"}},"data":{"k":"w","l":"m"}}""");

        var changes = FieldChanges.Between(live, preview);

        changes.Select(change => change.Path).ShouldBe([".metadata.annotations.maily.dev/deployment", ".data.k"], ignoreOrder: true);
        changes.Where(change => change.IsMark).ShouldHaveSingleItem();
    }

    static KubernetesObject Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);
}
