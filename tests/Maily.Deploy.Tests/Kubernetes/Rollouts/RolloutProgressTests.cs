using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;
using Microsoft.Extensions.Time.Testing;

namespace Maily.Deploy.Tests.Kubernetes.Rollouts;

public sealed class RolloutProgressTests
{
    static readonly ObjectKey Api = new("apps/v1", "Deployment", "maily", "api");
    static readonly RolloutStatus Waiting = new(RolloutState.Waiting, "0 of 1 updated replicas are available");

    readonly FakeTimeProvider time = new();
    readonly RolloutPatience patience = new() { Total = TimeSpan.FromMinutes(10), NoActivity = TimeSpan.FromMinutes(3), Tolerance = TimeSpan.FromSeconds(10) };

    [Fact]
    public void A_fault_that_lasts_ends_the_waiting_with_its_reason()
    {
        var progress = new RolloutProgress(Api, "eu", patience, time);
        var pull = PodOf("""{"name":"api","state":{"waiting":{"reason":"ImagePullBackOff","message":"manifest unknown"}}}""");

        progress.Judge(Waiting, Live(1), WorkloadPods.None, pull).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(11));
        var failure = progress.Judge(Waiting, Live(1), WorkloadPods.None, pull).ShouldNotBeNull();

        failure.Evidence.ShouldNotBeNull().ShouldContain("manifest unknown");
        failure.Remedy.ShouldContain("registry");
        failure.Problems.Single().Kind.ShouldBe(PodProblemKind.ImagePull);
    }

    [Fact]
    public void A_fault_that_passes_does_not()
    {
        var progress = new RolloutProgress(Api, "eu", patience, time);
        var pull = PodOf("""{"name":"api","state":{"waiting":{"reason":"ErrImagePull","message":"timeout"}}}""");

        progress.Judge(Waiting, Live(1), WorkloadPods.None, pull);
        time.Advance(TimeSpan.FromSeconds(8));
        progress.Judge(Waiting, Live(1), WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(8));

        progress.Judge(Waiting, Live(1), WorkloadPods.None, pull).ShouldBeNull();
    }

    [Theory]
    [InlineData("""secret \"memberlist\" not found""", 44)]
    [InlineData("""couldn't find key tls.crt in Secret maily/webhook""", 9)]
    [InlineData("""configmap \"settings\" not found""", 9)]
    public void A_secret_that_something_else_may_be_about_to_make_is_waited_for_and_what_is_only_wrong_is_not(string message, int seconds)
    {
        var progress = new RolloutProgress(Api, "eu", patience, time);
        var lacking = PodOf($$"""{"name":"api","state":{"waiting":{"reason":"CreateContainerConfigError","message":"{{message}}"} } }""");

        progress.Judge(Waiting, Live(1), WorkloadPods.None, lacking).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(seconds));
        progress.Judge(Waiting, Live(1), WorkloadPods.None, lacking).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(2));

        progress.Judge(Waiting, Live(1), WorkloadPods.None, lacking).ShouldNotBeNull().Remedy.ShouldContain("of namespace maily");
    }

    [Fact]
    public void No_change_for_long_ends_the_waiting_and_a_change_puts_it_off()
    {
        var progress = new RolloutProgress(Api, "eu", patience, time);
        progress.Judge(Waiting, Live(1), WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromMinutes(2));
        progress.Judge(Waiting, Live(2), WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromMinutes(2));
        progress.Judge(Waiting, Live(2), WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromMinutes(1));

        progress.Judge(Waiting, Live(2), WorkloadPods.None, []).ShouldNotBeNull().Fact.ShouldContain("did not change for 3 minutes");
    }

    [Fact]
    public void The_total_time_ends_the_waiting_also_where_something_always_changes()
    {
        var progress = new RolloutProgress(Api, "eu", patience, time);
        for (var minute = 0; minute < 10; minute++)
        {
            progress.Judge(Waiting, Live(minute), WorkloadPods.None, []).ShouldBeNull();
            time.Advance(TimeSpan.FromMinutes(1));
        }

        progress.Judge(Waiting, Live(99), WorkloadPods.None, []).ShouldNotBeNull().Fact.ShouldContain("10 minutes");
    }

    [Theory]
    [InlineData(""" "template":{"spec":{"containers":[{"name":"api","startupProbe":{"failureThreshold":120,"periodSeconds":5}},{"name":"beside","startupProbe":{}}]}} """, 610)]
    [InlineData(""" "template":{"spec":{"initContainers":[{"name":"mesh","restartPolicy":"Always","startupProbe":{"initialDelaySeconds":300}}],"containers":[{"name":"api"}]}} """, 340)]
    [InlineData(""" "minReadySeconds":400,"template":{"spec":{"containers":[{"name":"api","startupProbe":{"failureThreshold":10}}]}} """, 510)]
    [InlineData(""" "minReadySeconds":60,"template":{"spec":{"containers":[{"name":"api","startupProbe":{"failureThreshold":6}}]}} """, 180)]
    public void What_declares_that_it_starts_slowly_may_say_nothing_for_as_long(string spec, int seconds)
    {
        var progress = new RolloutProgress(Api, "eu", patience with { Total = TimeSpan.FromHours(1) }, time);
        var live = Parse($$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"spec":{ {{{spec}}} },"status":{"replicas":1}}""");
        progress.Judge(Waiting, live, WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(seconds - 1));
        progress.Judge(Waiting, live, WorkloadPods.None, []).ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(1));

        progress.Judge(Waiting, live, WorkloadPods.None, []).ShouldNotBeNull().Fact.ShouldContain($"did not change for {seconds / 60.0:0.#} minutes");
    }

    [Theory]
    [InlineData("containerStatuses", """{"running":{}}""", true)]
    [InlineData("initContainerStatuses", """{"running":{}}""", true)]
    [InlineData("containerStatuses", """{"waiting":{"reason":"ContainerCreating"}}""", false)]
    public void A_job_that_runs_has_until_the_total_time_and_one_that_does_not_begin_has_not(string field, string state, bool goesOn)
    {
        var progress = new RolloutProgress(Api with { ApiVersion = "batch/v1", Kind = "Job" }, "eu", patience, time);
        var job = Parse("""{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"index"},"status":{"active":1}}""");
        var pods = new WorkloadPods([Parse($$$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"index-1"},"status":{"{{{{field}}}}":[{"name":"index","state":{{{{state}}}}}]}}""")], []);
        progress.Judge(Waiting, job, pods, []).ShouldBeNull();
        time.Advance(TimeSpan.FromMinutes(9));

        (progress.Judge(Waiting, job, pods, []) is null).ShouldBe(goesOn);
        time.Advance(TimeSpan.FromMinutes(1));
        progress.Judge(Waiting, job, pods, []).ShouldNotBeNull().Fact.ShouldContain("10 minutes");
    }

    [Theory]
    [InlineData("""{"name":"api","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled"}}}""", PodProblemKind.CrashLoop, "OOMKilled")]
    [InlineData("""{"name":"api","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":2,"reason":"Error"}}}""", PodProblemKind.CrashLoop, "exit code 2")]
    [InlineData("""{"name":"api","state":{"waiting":{"reason":"CreateContainerConfigError","message":"configmap \"x\" not found"}}}""", PodProblemKind.Configuration, "configmap \"x\" not found")]
    public void A_container_says_why_it_does_not_get_ready(string status, PodProblemKind kind, string text)
    {
        var problem = PodOf(status).Single();

        problem.Kind.ShouldBe(kind);
        problem.Text.ShouldContain(text);
    }

    [Fact]
    public void A_pod_that_is_merely_starting_has_no_problem() =>
        PodOf("""{"name":"api","state":{"waiting":{"reason":"ContainerCreating"}}}""").ShouldBeEmpty();

    static KubernetesObject Live(int replicas) => Parse($$$"""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"status":{"replicas":{{{replicas}}}}}""");

    static ImmutableArray<PodProblem> PodOf(string container) =>
        [.. PodDiagnosis.OfPod(Parse($$$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"api-1","namespace":"maily"},"status":{"containerStatuses":[{{{container}}}]}}"""), ClusterEvents.None)];

    static KubernetesObject Parse(string json) => new((JsonObject)JsonNode.Parse(json)!);
}
