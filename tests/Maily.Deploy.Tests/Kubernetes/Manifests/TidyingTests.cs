using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Tests.Kubernetes.Manifests;

public sealed class TidyingTests
{
    [Fact]
    public void Ports_get_their_protocol_and_what_the_API_ignores_goes() => Tidy("""
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"x","creationTimestamp":null},"spec":{"ports":[{"port":80},{"port":53,"protocol":"UDP"}]},"status":{"loadBalancer":{}}}
        """).ShouldBe("""{"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":80,"protocol":"TCP"},{"port":53,"protocol":"UDP"}]}}""");

    [Fact]
    public void A_pod_template_is_tidied_too() => Tidy("""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"template":{"metadata":{"creationTimestamp":null},"spec":{"containers":[{"name":"a","ports":[{"containerPort":80}]}]}}},"status":{}}
        """).ShouldBe("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"x"},"spec":{"template":{"metadata":{},"spec":{"containers":[{"name":"a","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}}""");

    [Fact]
    public void Quantities_are_texts() => Tidy("""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"containers":[{"name":"a","resources":{"requests":{"cpu":0.1,"memory":"64Mi"},"limits":{"cpu":1}}}]}}
        """).ShouldContain("""{"requests":{"cpu":"0.1","memory":"64Mi"},"limits":{"cpu":"1"}}""");

    [Fact]
    public void The_rules_of_an_aggregated_role_are_left_to_the_controller_that_fills_them() => Tidy("""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"x"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]},"rules":[]}
        """).ShouldBe("""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"x"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"a":"b"}}]}}""");

    [Fact]
    public void A_roles_own_rules_stay() =>
        Tidy("""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"x"},"rules":[]}""").ShouldContain("rules");

    [Theory]
    [InlineData(""","data":{"csrf":""}""", "")]
    [InlineData(""","data":{"csrf":null},"stringData":{}""", "")]
    [InlineData(""","data":{"csrf":"","key":"YQ=="}""", ""","data":{"key":"YQ=="}""")]
    public void Empty_values_of_a_secret_are_left_to_the_program_that_fills_them(string stated, string left) =>
        Tidy($$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}{{stated}}}""").ShouldBe($$"""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"x"}{{left}}}""");

    [Theory]
    [InlineData("batch/v1", "Job", """{"spec":{"backoffLimit":1}}""")]
    [InlineData("example.com/v1", "Job", """{"spec":{"ttlSecondsAfterFinished":100,"backoffLimit":1}}""")]
    [InlineData("batch/v1", "CronJob", """{"spec":{"ttlSecondsAfterFinished":100,"backoffLimit":1}}""")]
    public void A_job_stays_when_it_is_done_and_those_of_a_schedule_go_as_they_say(string version, string kind, string left)
    {
        var spec = kind == "Job" ? """{"ttlSecondsAfterFinished":100,"backoffLimit":1}""" : """{"jobTemplate":{"spec":{"ttlSecondsAfterFinished":100,"backoffLimit":1}}}""";

        Tidy($$$"""{"apiVersion":"{{{version}}}","kind":"{{{kind}}}","metadata":{"name":"x"},"spec":{{{spec}}}}""").ShouldContain(left[1..^1]);
    }

    [Fact]
    public void A_service_of_another_group_is_left_alone() =>
        Tidy("""{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":80}]}}""").ShouldNotContain("TCP");

    static string Tidy(string json) => Tidying.Tidy(new KubernetesObject((JsonObject)JsonNode.Parse(json)!)).ToString();
}
