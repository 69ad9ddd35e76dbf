using System.Net;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Rollouts;

[Collection("embedded cluster with a node")]
public sealed class EmbeddedDeployK8sTests(EmbeddedNodeFixture fixture) : DeployK8sContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealDeployK8sTests(RealNodeFixture fixture) : DeployK8sContract(fixture);

/// <summary>What a real API cannot be told to do.</summary>
[Collection("embedded cluster with a node")]
public sealed class UnreliableApiTests(EmbeddedNodeFixture fixture) : RolloutCase(fixture)
{
    [Fact]
    public async Task A_busy_cluster_and_a_lost_answer_do_not_fail_a_release()
    {
        WriteVersion(1);
        var busy = new ApiFault { Status = HttpStatusCode.TooManyRequests, Times = 4 };
        var lost = new ApiFault { Method = "PATCH", Path = "/deployments/api", LosesAnswer = true, Times = 1 };
        using var busyFault = Faults.Add(busy);
        using var lostFault = Faults.Add(lost);

        (await DeployAsync()).Failure.ShouldBeNull();

        busy.Times.ShouldBeLessThanOrEqualTo(0);
        lost.Times.ShouldBeLessThanOrEqualTo(0);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_cluster_that_fails_twice_and_works_again_does_not_fail_a_release(HttpStatusCode status)
    {
        WriteVersion(1);
        var first = new ApiFault { Status = status, Times = 2 };
        var change = new ApiFault { Method = "PATCH", Path = "/deployments/api", Status = status, Times = 2 };
        using var firstFault = Faults.Add(first);
        using var changeFault = Faults.Add(change);

        (await DeployAsync()).Failure.ShouldBeNull();

        first.Times.ShouldBeLessThanOrEqualTo(0);
        change.Times.ShouldBeLessThanOrEqualTo(0);
        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task A_cluster_that_does_not_stop_failing_ends_a_release_with_its_answer_and_leaves_what_was(HttpStatusCode status)
    {
        WriteVersion(1);
        await DeployAsync();
        var before = await Snapshot();
        WriteVersion(2);
        const int Many = 1_000;
        var failing = new ApiFault { Method = "PATCH", Path = "/deployments/api", Status = status, Times = Many };
        using var fault = Faults.Add(failing);

        var failure = (await DeployAsync(Settings with { Retries = 2, BusyPatience = TimeSpan.Zero })).Failure.ShouldBeOfType<ClusterRefusedException>();

        failure.Status.ShouldBe((int)status);
        failure.Fact.ShouldBe($"The cluster of eu-west-1 answered {(int)status} to PATCH /apis/apps/v1/namespaces/maily/deployments/api.");
        failure.Evidence.ShouldNotBeNullOrWhiteSpace();
        failure.Remedy.ShouldContain("API server");
        (Many - failing.Times).ShouldBeGreaterThanOrEqualTo(3);
        (await Snapshot()).ShouldBe(before);
    }

    [Fact]
    public async Task A_cluster_that_is_busy_for_a_minute_is_waited_for_at_the_pace_that_it_asks_for()
    {
        WriteVersion(1);
        var start = TimeProvider.System.GetTimestamp();
        const int Many = 1_000;
        var busy = new ApiFault { Status = HttpStatusCode.TooManyRequests, RetryAfter = TimeSpan.FromSeconds(2), Times = Many };
        using var fault = Faults.Add(busy);
        var release = DeployAsync();
        await Task.Delay(TimeSpan.FromSeconds(62), TimeProvider.System, Token);
        release.IsCompleted.ShouldBeFalse();
        fault.Dispose();

        (await release).Failure.ShouldBeNull();

        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromMinutes(3));
        // Few requests wait at a time, each asking again every two seconds.
        (Many - busy.Times).ShouldBeLessThan(62 / 2 * 4);
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_does_not_hide_why_a_release_failed()
    {
        WriteVersion(1);
        using var crash = Faults.Add(new WorkloadFault(new CrashLoop(3)) { Workload = "api" });
        var unread = new ApiFault { Path = "/log", Status = HttpStatusCode.InternalServerError, Times = 1_000 };
        using var unreadFault = Faults.Add(unread);

        var failure = (await DeployAsync(Settings with { Retries = 1 })).Failure.ShouldBeOfType<RolloutFailedException>();

        failure.Problems[0].Kind.ShouldBe(PodProblemKind.CrashLoop);
        failure.Evidence.ShouldNotBeNull().ShouldNotContain("log lines");
        unread.Times.ShouldBeLessThan(1_000);
    }

    [Fact]
    public async Task A_kind_that_is_established_but_not_listed_yet_is_waited_for()
    {
        // A group of its own: what was found once is remembered.
        const string Definition = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/notes.late.maily.test";
        WriteVersion(1, """
            ---
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: { name: notes.late.maily.test }
            spec:
              group: late.maily.test
              names: { kind: Note, listKind: NoteList, plural: notes, singular: note }
              scope: Namespaced
              versions: [ { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } } ]
            ---
            apiVersion: late.maily.test/v1
            kind: Note
            metadata: { name: first }
            """);
        using var fault = Faults.Add(new ApiFault { Method = "GET", Path = "/apis/late.maily.test/v1", Status = HttpStatusCode.NotFound });
        try
        {
            var release = DeployAsync();
            await Api.Until(Definition, answer => answer.Status == HttpStatusCode.OK);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, Token);
            release.IsCompleted.ShouldBeFalse();
            (await ObjectAsync("ConfigMap", "settings")).ShouldBeNull();
            fault.Dispose();

            (await release).Failure.ShouldBeNull();
        }
        finally
        {
            await Api.Delete(Definition);
            await Api.Until(Definition, answer => answer.Status == HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_resource_is_applied_until_the_API_judges_it_by_the_definition_that_has_just_changed()
    {
        Write("objects.yaml", ForeignOperator.Version(1));
        try
        {
            (await DeployAsync()).Failure.ShouldBeNull();
            Write("objects.yaml", ForeignOperator.Upgraded);
            // The first of them answers the dry run.
            var former = new ApiFault { Method = "PATCH", Path = "/certificates/shop", Status = HttpStatusCode.UnprocessableEntity, Times = 4 };
            using var fault = Faults.Add(former);

            (await DeployAsync()).Failure.ShouldBeNull();

            former.Times.ShouldBeLessThanOrEqualTo(0);
        }
        finally
        {
            await ForeignManifestsContract.RemoveOperatorAsync(Api);
        }
    }

    [Fact]
    public async Task A_watch_that_has_expired_does_not_fail_a_release()
    {
        WriteVersion(1);
        var gone = new ApiFault { OnlyWatches = true, Status = HttpStatusCode.Gone, Times = 4 };
        using var fault = Faults.Add(gone);

        (await DeployAsync()).Failure.ShouldBeNull();

        gone.Times.ShouldBeLessThanOrEqualTo(0);
    }
}

/// <summary>The embedded cluster, which runs pods.</summary>
public sealed class EmbeddedNodeFixture : ClusterFixture
{
    protected override async Task<IKubernetesCluster> StartAsync() => await EmbeddedCluster.StartAsync(ct: TestContext.Current.CancellationToken);
}

/// <summary>The real control plane with the sandbox's node, which plays scheduler and kubelet.</summary>
public sealed class RealNodeFixture : ClusterFixture
{
    protected override string? WhatIsMissing() => RealAssets.WhatIsMissing();

    protected override async Task<IKubernetesCluster> StartAsync() =>
        await RealControlPlane.StartAsync(RealAssets.Folder!, new() { Node = new() }, TestContext.Current.CancellationToken);
}

[CollectionDefinition("embedded cluster with a node")]
public sealed class EmbeddedNodeCollection : ICollectionFixture<EmbeddedNodeFixture>;

[CollectionDefinition("real control plane with a node")]
public sealed class RealNodeCollection : ICollectionFixture<RealNodeFixture>;
