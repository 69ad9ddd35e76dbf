using System.Net;
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
        using var busy = Faults.Add(new ApiFault { Status = HttpStatusCode.TooManyRequests, Times = 4 });
        using var lost = Faults.Add(new ApiFault { Method = "PATCH", Path = "/deployments/api", LosesAnswer = true, Times = 1 });

        (await DeployAsync()).Failure.ShouldBeNull();

        (await LiveImage("Deployment", "api")).ShouldBe(ImageOf(1));
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
