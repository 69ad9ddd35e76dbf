using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Rollouts;

[Collection("embedded cluster with a node")]
public sealed class EmbeddedTakeoverTests(EmbeddedNodeFixture fixture) : TakeoverContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealTakeoverTests(RealNodeFixture fixture) : TakeoverContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPruneTests(EmbeddedNodeFixture fixture) : PruneContract(fixture)
{
    const string SettingsPath = "/api/v1/namespaces/maily/configmaps/settings";

    // The release takes out a worker and what it reads; the worker comes back first.
    [Fact]
    public async Task What_was_pruned_is_waited_for_when_what_it_needs_is_back_too()
    {
        WriteVersion(1, $$"""
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: { name: worker }
            spec:
              replicas: 1
              selector: { matchLabels: { app: worker } }
              template:
                metadata: { labels: { app: worker } }
                spec: { containers: [ { name: worker, image: "{{ImageOf(1)}}" } ] }
            """);
        (await DeployAsync()).Failure.ShouldBeNull();
        var before = await Snapshot();
        var lack = Faults.Add(new WorkloadFault(new CannotBeConfigured("couldn't find key WORKER_QUEUE in ConfigMap maily/settings")) { Workload = "worker" });
        WriteVersion(2);

        var undoing = DeployAsync(undo: true);

        await Api.Until(SettingsPath, settings => VersionIn(settings) == "2");
        await Api.Until(SettingsPath, settings => VersionIn(settings) == "1");
        lack.Dispose();
        (await undoing).ShouldBeUndone();
        (await Snapshot()).ShouldBe(before);
    }

    static string? VersionIn(ApiAnswer settings) => (string?)settings.Body["data"]?["VERSION"];
}

[Collection("real control plane with a node")]
public sealed class RealPruneTests(RealNodeFixture fixture) : PruneContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPolicyTests(EmbeddedNodeFixture fixture) : PolicyContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPolicyTests(RealNodeFixture fixture) : PolicyContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPlanTests(EmbeddedNodeFixture fixture) : PlanContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPlanTests(RealNodeFixture fixture) : PlanContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedForeignManifestsTests(EmbeddedNodeFixture fixture) : ForeignManifestsContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealForeignManifestsTests(RealNodeFixture fixture) : ForeignManifestsContract(fixture);

[Collection("embedded cluster with a node")]
public sealed class EmbeddedPublicManifestsTests(EmbeddedNodeFixture fixture) : PublicManifestsContract(fixture);

[Collection("real control plane with a node")]
public sealed class RealPublicManifestsTests(RealNodeFixture fixture) : PublicManifestsContract(fixture);
