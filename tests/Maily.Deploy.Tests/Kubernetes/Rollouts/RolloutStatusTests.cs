using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Tests.Kubernetes.Rollouts;

/// <summary>kubectl's rules, one case for each, in kubectl's order.</summary>
public sealed class RolloutStatusTests
{
    [Theory]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":3,"replicas":3,"availableReplicas":3}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3},"status":{"observedGeneration":1,"conditions":[{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":1,"conditions":[{"type":"Progressing","reason":"ProgressDeadlineExceeded"}]}}""", RolloutState.Failed, "progress deadline")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":4,"availableReplicas":3}}""", RolloutState.Waiting, "1 out of 3 new replicas")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":3,"replicas":4,"availableReplicas":4}}""", RolloutState.Waiting, "1 old replicas are pending termination")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":3,"replicas":3,"availableReplicas":2}}""", RolloutState.Waiting, "2 of 3 updated replicas are available")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"updatedReplicas":3,"replicas":3,"availableReplicas":3}}""", RolloutState.Done, "rolled out")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":0},"status":{"observedGeneration":1}}""", RolloutState.Done, "rolled out")]
    [InlineData("""{"metadata":{"generation":1},"spec":{},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":1,"availableReplicas":1}}""", RolloutState.Done, "rolled out")]
    public void Deployment(string live, RolloutState state, string text) => Decide("Deployment", live, state, text);

    [Theory]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":1,"replicas":3,"readyReplicas":3,"updatedReplicas":3}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"replicas":3,"readyReplicas":3,"updatedReplicas":1,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Done, "2 pods of the former revision are replaced when somebody deletes them")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"replicas":3,"readyReplicas":2,"updatedReplicas":1,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Waiting, "waiting for 1 pods")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"replicas":3,"readyReplicas":2,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Done, "3 pods of the former revision are replaced when somebody deletes them")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"updateRevision":"a","currentRevision":"a"}}""", RolloutState.Waiting, "waiting for 3 pods")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":3,"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"replicas":3,"readyReplicas":3,"updatedReplicas":3,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Done, "complete")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"readyReplicas":1}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"replicas":1},"status":{"observedGeneration":1,"readyReplicas":1}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"readyReplicas":1}}""", RolloutState.Waiting, "waiting for 2 pods")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":1,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Waiting, "1 out of 2 new pods")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3,"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"partition":1}}},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":2,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Done, "partitioned")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"readyReplicas":3,"updatedReplicas":2,"updateRevision":"b","currentRevision":"a"}}""", RolloutState.Waiting, "rolling update")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"replicas":3},"status":{"observedGeneration":1,"readyReplicas":3,"updateRevision":"b","currentRevision":"b"}}""", RolloutState.Done, "complete")]
    public void StatefulSet(string live, RolloutState state, string text) => Decide("StatefulSet", live, state, text);

    [Theory]
    [InlineData("""{"metadata":{"generation":2},"spec":{"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"currentNumberScheduled":3,"updatedNumberScheduled":3}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":2},"spec":{"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":2,"desiredNumberScheduled":3,"currentNumberScheduled":3,"numberAvailable":2}}""", RolloutState.Done, "3 pods of the former revision")]
    [InlineData("""{"metadata":{"generation":1},"spec":{"updateStrategy":{"type":"OnDelete"}},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"currentNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":2}}""", RolloutState.Waiting, "2 of 3 updated pods")]
    [InlineData("""{"metadata":{"generation":2},"status":{"observedGeneration":1}}""", RolloutState.Waiting, "spec update")]
    [InlineData("""{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"updatedNumberScheduled":1,"numberAvailable":3}}""", RolloutState.Waiting, "1 out of 3 new pods")]
    [InlineData("""{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":2}}""", RolloutState.Waiting, "2 of 3 updated pods")]
    [InlineData("""{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":3,"updatedNumberScheduled":3,"numberAvailable":3}}""", RolloutState.Done, "rolled out")]
    public void DaemonSet(string live, RolloutState state, string text) => Decide("DaemonSet", live, state, text);

    [Theory]
    [InlineData("""{"spec":{"completions":2},"status":{"active":1,"succeeded":1,"failed":1}}""", RolloutState.Waiting, "1 of 2 completions, 1 running, 1 failed")]
    [InlineData("""{"spec":{},"status":{"failed":1,"conditions":[{"type":"Failed","status":"False"}]}}""", RolloutState.Waiting, "0 of 1 completions")]
    [InlineData("""{"spec":{},"status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","message":"Job has reached the specified backoff limit"}]}}""", RolloutState.Failed, "BackoffLimitExceeded: Job has reached")]
    [InlineData("""{"spec":{},"status":{"succeeded":1,"conditions":[{"type":"Complete","status":"True"}]}}""", RolloutState.Done, "complete")]
    [InlineData("""{"spec":{"suspend":true},"status":{"conditions":[{"type":"Suspended","status":"True"}]}}""", RolloutState.Done, "suspended")]
    public void Job(string live, RolloutState state, string text) => Decide("Job", live, state, text);

    static void Decide(string kind, string live, RolloutState state, string text)
    {
        var json = JsonNode.Parse(live)!;
        json["kind"] = kind;

        var status = RolloutStatus.Decide(json);

        status.State.ShouldBe(state);
        status.Text.ShouldContain(text);
        status.LeavesPods.ShouldBe(text.Contains("former revision", StringComparison.Ordinal));
    }
}
