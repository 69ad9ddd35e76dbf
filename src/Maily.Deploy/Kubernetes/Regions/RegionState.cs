using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>How a region's live objects stand to the wanted ones.</summary>
/// <param name="Different">Objects that an apply would change, and where; the deployment's mark does not count.</param>
/// <param name="Unfinished">Workloads whose rollout is not done.</param>
sealed record RegionState(ImmutableArray<string> Different, ImmutableArray<string> Unfinished)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsAsWanted => Different.IsEmpty && Unfinished.IsEmpty;

    /// <summary>Compares all wanted objects with the live ones; changes nothing.</summary>
    /// <exception cref="ArgoTrackedException">Argo CD keeps some of them.</exception>
    public static async Task<RegionState> ReadAsync(
        ClusterReader cluster, ImmutableArray<KubernetesObject> wanted, int parallel, CancellationToken cancellation)
    {
        var objects = await LiveObjects.ReadAsync(cluster, wanted.Select(item => item.Key), parallel, cancellation);
        await ArgoTracking.RefuseAsync(cluster, [.. wanted.Select(item => objects[item.Key]).OfType<KubernetesObject>()], cancellation);
        var decisions = new SetDecisions(cluster, wanted, objects);
        var (different, unfinished) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(wanted, limit, async (item, token) =>
        {
            var live = objects[item.Key];
            var decision = await decisions.MakeAsync(item, token);
            if (decision.Action != ObjectAction.Unchanged)
                different.Add(Describe(decision));
            if (live is not null && Workloads.RollsOut(live.Key) && RolloutStatus.Decide(live.Json) is { State: not RolloutState.Done } status)
                unfinished.Add($"{item.Key}: {status.Text}");
        });
        return new RegionState(Sorted(different), Sorted(unfinished));
    }

    static string Describe(ObjectDecision decision) => decision.Action == ObjectAction.Create
        ? $"{decision.Wanted.Key}: {(decision.Live is null ? "absent" : "being deleted")}"
        : $"{decision.Wanted.Key}: {decision.Note ?? string.Join(", ", decision.Changes.Select(change => change.Path).Take(3))}";

    static ImmutableArray<string> Sorted(IEnumerable<string> texts) => [.. texts.Order(StringComparer.Ordinal)];
}
