using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Tests.Kubernetes.Rollouts;

public sealed class WorkloadDiagnosisTests
{
    const string Crashed = """{"containerStatuses":[{"name":"c","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":2}}}]}""";

    [Theory]
    [InlineData("pods \\\"api-1\\\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=0, limited: pods=0", PodProblemKind.Quota, "ResourceQuota of namespace maily")]
    [InlineData("pods \\\"api-1\\\" is forbidden: violates PodSecurity \\\"restricted:latest\\\": privileged", PodProblemKind.Admission, "admission")]
    public void A_deployment_says_itself_that_its_pods_are_refused(string message, PodProblemKind kind, string remedy)
    {
        var problem = WorkloadDiagnosis.Of(Workload("Deployment", $$$$"""{"conditions":[{"type":"ReplicaFailure","status":"True","message":"{{{{message}}}}"}]}"""), WorkloadPods.None, ClusterEvents.None).Single();

        problem.Kind.ShouldBe(kind);
        problem.Remedy.ShouldContain(remedy);
    }

    [Fact]
    public void Of_other_workloads_an_event_says_it_unless_it_is_about_the_release_before()
    {
        var set = Workload("StatefulSet", """{"replicas":0}""");

        WorkloadDiagnosis.Of(set, WorkloadPods.None, Said("10:00:01")).Single().Kind.ShouldBe(PodProblemKind.Quota);
        WorkloadDiagnosis.Of(set, WorkloadPods.None, Said("09:59:59")).ShouldBeEmpty();
        WorkloadDiagnosis.Of(Workload("StatefulSet", """{"replicas":1}"""), WorkloadPods.None, Said("10:00:01")).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_fault_of_many_pods_is_said_once()
    {
        var pods = new WorkloadPods([Pod("a", Crashed), Pod("b", Crashed), Pod("c", Crashed)], []);

        WorkloadDiagnosis.Of(Workload("Deployment", "{}"), pods, ClusterEvents.None).Single().Text.ShouldEndWith("(and 2 more pods)");
    }

    [Fact]
    public void A_broken_pod_of_another_revision_blocks_a_stateful_set_only()
    {
        var pods = new WorkloadPods([], [Pod("store-0", Crashed)]);

        WorkloadDiagnosis.Of(Workload("StatefulSet", """{"replicas":1}"""), pods, ClusterEvents.None).Single()
            .ShouldSatisfyAllConditions(problem => problem.Kind.ShouldBe(PodProblemKind.Blocked), problem => problem.Remedy.ShouldContain("kubectl delete pod store-0"));
        WorkloadDiagnosis.Of(Workload("Deployment", "{}"), pods, ClusterEvents.None).ShouldBeEmpty();
    }

    [Fact]
    public void Pods_are_told_apart_by_revision_and_none_counts_before_the_change_is_seen()
    {
        KubernetesObject[] sets = [Owned("ReplicaSet", "old", "w1", Revision(1)), Owned("ReplicaSet", "new", "w1", Revision(2))];
        KubernetesObject[] pods = [Owned("Pod", "a", "old"), Owned("Pod", "b", "new"), Owned("Pod", "foreign", "other")];

        var seen = WorkloadPods.Of(Workload("Deployment", """{"observedGeneration":2}"""), [.. pods], sets, []);

        seen.New.Select(pod => pod.Key.Name).ShouldBe(["b"]);
        seen.Old.Select(pod => pod.Key.Name).ShouldBe(["a"]);
        WorkloadPods.Of(Workload("Deployment", """{"observedGeneration":1}"""), [.. pods], sets, []).New.ShouldBeEmpty();
    }

    static ClusterEvents Said(string time) => ClusterEvents.Of([Parse($$$$"""
        {"apiVersion":"v1","kind":"Event","metadata":{"name":"e"},"involvedObject":{"uid":"w1"},"reason":"FailedCreate","message":"create Pod store-0 failed: exceeded quota: small","lastTimestamp":"2026-01-01T{{{{time}}}}Z"}
        """)]);

    static KubernetesObject Workload(string kind, string status) => Parse($$$$"""
        {"apiVersion":"apps/v1","kind":"{{{{kind}}}}","metadata":{"name":"store","namespace":"maily","uid":"w1","generation":2,"annotations":{"deployment.kubernetes.io/revision":"2"},
        "managedFields":[{"manager":"maily-deploy","operation":"Apply","time":"2026-01-01T10:00:00Z"}]},"spec":{"replicas":1},"status":{{{{status}}}}}
        """);

    static KubernetesObject Pod(string name, string status) => Parse($$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{{name}}}}","namespace":"maily","uid":"{{{{name}}}}"},"spec":{"restartPolicy":"Always"},"status":{{{{status}}}}}""");

    static KubernetesObject Owned(string kind, string name, string owner, string more = "\"labels\":{}") => Parse($$$$"""
        {"apiVersion":"v1","kind":"{{{{kind}}}}","metadata":{"name":"{{{{name}}}}","uid":"{{{{name}}}}","ownerReferences":[{"uid":"{{{{owner}}}}"}],{{{{more}}}}}}
        """);

    static string Revision(int number) => $$$"""
        "annotations":{"deployment.kubernetes.io/revision":"{{{number}}}"}
        """;

    static KubernetesObject Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);
}
