using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>How a region's live objects stand to the wanted ones.</summary>
/// <param name="Different">Objects that an apply would change, and where; the deployment's mark does not count.</param>
/// <param name="Unmarked">Objects without the deployment's mark.</param>
/// <param name="Unfinished">Workloads whose rollout is not done.</param>
sealed record RegionState(ImmutableArray<string> Different, ImmutableArray<string> Unmarked, ImmutableArray<string> Unfinished)
{
    /// <summary>Whether nothing but marks is left to do.</summary>
    public bool IsAsWanted => Different.IsEmpty && Unfinished.IsEmpty;

    /// <summary>Compares all wanted objects with the live ones; changes nothing.</summary>
    public static async Task<RegionState> ReadAsync(
        ClusterReader cluster, ImmutableArray<KubernetesObject> wanted, DeploymentId deployment, int parallel, CancellationToken cancellation)
    {
        var (different, unmarked, unfinished) = (new ConcurrentBag<string>(), new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(wanted, limit, async (item, token) =>
        {
            var live = await cluster.FindAsync(item.Key, token);
            if (live?.Annotation(Marks.Deployment) != deployment.Value)
                unmarked.Add(item.Key.ToString());
            if (await DifferenceAsync(cluster, item, live, token) is { } difference)
                different.Add(difference);
            if (live is not null && Workloads.RollsOut(live.Key) && RolloutStatus.Decide(live.Json) is { State: not RolloutState.Done } status)
                unfinished.Add($"{item.Key}: {status.Text}");
        });
        return new RegionState(Sorted(different), Sorted(unmarked), Sorted(unfinished));
    }

    static async Task<string?> DifferenceAsync(ClusterReader cluster, KubernetesObject wanted, KubernetesObject? live, CancellationToken cancellation)
    {
        if (live is null)
            return $"{wanted.Key}: absent";
        var preview = await cluster.PreviewAsync(wanted, cancellation);
        var paths = ObjectDifference.Between(live, preview).Where(path => !ObjectDifference.IsMark(path)).ToArray();
        return paths.Length == 0 ? null : $"{wanted.Key}: {string.Join(", ", paths.Take(3))}";
    }

    static ImmutableArray<string> Sorted(IEnumerable<string> texts) => [.. texts.Order(StringComparer.Ordinal)];
}
