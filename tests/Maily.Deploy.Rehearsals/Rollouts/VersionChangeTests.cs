using System.Net;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>Kinds that a cluster serves in two versions with other fields; the embedded API has none.</summary>
[Collection("real control plane with a node")]
public sealed class VersionChangeTests(RealNodeFixture fixture) : RolloutCase(fixture)
{
    [Fact]
    public async Task An_autoscaler_that_a_release_moves_to_another_version_is_brought_back_in_the_former_one()
    {
        WriteVersion(1, Autoscaler("v2beta2", "metrics: [ { type: Resource, resource: { name: memory, target: { type: Utilization, averageUtilization: 60 } } } ]"));
        (await DeployAsync()).Failure.ShouldBeNull();
        WriteVersion(2, Autoscaler("v1", "targetCPUUtilizationPercentage: 70"));

        (await DeployAsync(undo: true)).ShouldBeUndone();

        (await Api.Get("/apis/autoscaling/v2beta2/namespaces/maily/horizontalpodautoscalers/api")).Is(HttpStatusCode.OK).Body["spec"]!["metrics"]!.AsArray()
            .ShouldHaveSingleItem()!["resource"]!["name"]!.ToString().ShouldBe("memory");
    }

    static string Autoscaler(string version, string target) => $$"""
        ---
        apiVersion: autoscaling/{{version}}
        kind: HorizontalPodAutoscaler
        metadata: { name: api }
        spec:
          scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
          minReplicas: 2
          maxReplicas: 5
          {{target}}
        """;
}
