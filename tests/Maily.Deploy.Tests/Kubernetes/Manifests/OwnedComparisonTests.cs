using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

/// <summary>A yes means that an apply would change nothing; whatever is not sure is a no.</summary>
public sealed class OwnedComparisonTests
{
    const string Wanted = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","namespace":"maily","labels":{"a":"b"},"annotations":{"maily.dev/deployment":"second"}},
         "spec":{"replicas":2,"template":{"spec":{"containers":[{"name":"api","image":"i@sha256:1","args":["-v"],"ports":[{"containerPort":80}]}]}}}}
        """;

    const string Live = """
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api","namespace":"maily","uid":"u","resourceVersion":"9","labels":{"a":"b","of":"others"},"annotations":{"maily.dev/deployment":"first","deployment.kubernetes.io/revision":"1"},
          "managedFields":[{"manager":"maily-deploy","operation":"Apply","apiVersion":"apps/v1","fieldsV1":{
            "f:metadata":{"f:annotations":{"f:maily.dev/deployment":{}},"f:labels":{"f:a":{}}},
            "f:spec":{"f:replicas":{},"f:template":{"f:spec":{"f:containers":{"k:{\"name\":\"api\"}":{".":{},"f:name":{},"f:image":{},"f:args":{},
              "f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}}}}}}},
           {"manager":"kube-controller-manager","operation":"Update","apiVersion":"apps/v1","fieldsV1":{"f:metadata":{"f:annotations":{"f:deployment.kubernetes.io/revision":{}}}}}]},
         "spec":{"replicas":2,"paused":false,"template":{"spec":{"containers":[{"name":"api","image":"i@sha256:1","args":["-v"],"imagePullPolicy":"Always","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}},
         "status":{"replicas":2}}
        """;

    [Fact]
    public void Defaults_fields_of_others_and_the_mark_of_an_earlier_deployment_change_nothing() => IsAsWanted(Wanted, Live).ShouldBeTrue();

    [Fact]
    public void The_mark_counts_where_it_is_asked_for() => OwnedComparison.IsAsWanted(Parse(Wanted), Parse(Live), withMark: true).ShouldBeFalse();

    [Theory]
    [InlineData("\"replicas\":2,\"template\"", "\"replicas\":3,\"template\"", "another value")]
    [InlineData("\"labels\":{\"a\":\"b\"}", "\"labels\":{\"a\":\"b\",\"c\":\"d\"}", "a field more")]
    [InlineData("\"labels\":{\"a\":\"b\"},", "", "a field less, which would be removed")]
    [InlineData("\"of\":\"others\"", "\"a2\":\"x\"", null)]
    [InlineData("[\"-v\"]", "[\"-v\",\"-x\"]", "another value in a plain list")]
    [InlineData("{\"containerPort\":80}", "{\"containerPort\":80,\"protocol\":\"UDP\"}", "another key of an item")]
    [InlineData("{\"containerPort\":80}", "{\"containerPort\":80},{\"containerPort\":81}", "an item more")]
    [InlineData("\"apiVersion\":\"apps/v1\",\"kind\"", "\"apiVersion\":\"apps/v2\",\"kind\"", "another version")]
    public void A_manifest_that_states_something_else_is_not_as_wanted(string part, string other, string? why) =>
        IsAsWanted(Wanted.Replace(part, other, StringComparison.Ordinal), Live).ShouldBe(why is null, why);

    [Theory]
    [InlineData("\"image\":\"i@sha256:1\",\"args\"", "\"image\":\"i@sha256:2\",\"args\"", "a change by hand")]
    [InlineData("\"f:image\":{},", "", "a field that another manager took")]
    [InlineData("\"manager\":\"maily-deploy\"", "\"manager\":\"kubectl\"", "an object of another manager")]
    [InlineData("\"spec\":{\"replicas\":2,\"paused\"", "\"spec\":{\"replicas\":5,\"paused\"", "another value by hand")]
    [InlineData("\"ports\":[{\"containerPort\":80,\"protocol\":\"TCP\"}]", "\"ports\":[{\"containerPort\":90,\"protocol\":\"TCP\"},{\"containerPort\":80,\"protocol\":\"TCP\"}]", "an item of another manager, which an apply could move")]
    public void A_live_object_that_says_something_else_is_not_as_wanted(string part, string other, string why) =>
        IsAsWanted(Wanted, Live.Replace(part, other, StringComparison.Ordinal)).ShouldBeFalse(why);

    static bool IsAsWanted(string wanted, string live) => OwnedComparison.IsAsWanted(Parse(wanted), Parse(live));

    static KubernetesObject Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);
}
