using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Removes objects: what was applied last goes first, so that nothing loses what it stands on.</summary>
sealed class Removal(ClusterReader cluster, TimeProvider time)
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Deletes them and waits until they are gone.</summary>
    /// <exception cref="NotRemovedException">One is still there when the time is over.</exception>
    public async Task RunAsync(ClusterWriter writer, IReadOnlyCollection<KubernetesObject> objects, int parallel, CancellationToken cancellation)
    {
        var limit = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation };
        foreach (var group in objects.GroupBy(item => ApplyOrder.GroupOf(item.Kind)).OrderByDescending(group => group.Key))
        {
            await Parallel.ForEachAsync(group, limit, async (item, token) => await writer.DeleteAsync(item, token));
            // Finalizers of custom resources are run by their operator, which is one of the workloads that go next.
            if (group.Key == ApplyOrder.Others)
                await WaitAsync([.. group], cancellation);
        }

        await WaitAsync(objects, cancellation);
    }

    /// <summary>Waits for all of them; finalizers and pods take their time.</summary>
    /// <exception cref="NotRemovedException">One is still there when the time is over.</exception>
    public async Task WaitAsync(IReadOnlyCollection<KubernetesObject> removed, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + Limit;
        foreach (var item in removed)
            while (await cluster.FindAsync(item.Key, cancellation) is { } live && live.Uid == item.Uid)
            {
                if (time.GetUtcNow() >= deadline)
                    throw new NotRemovedException(cluster.Region, live, Limit);
                await Task.Delay(Pause, time, cancellation);
            }
    }
}

/// <summary>An object was deleted, but is still there.</summary>
public sealed class NotRemovedException(string region, KubernetesObject live, TimeSpan limit)
    : DeployException($"{live.Key} in {region} is still there {limit.TotalMinutes} minutes after it was deleted.", "See its finalizers: the controller that they belong to may be gone.",
        live.Json.At("metadata", "finalizers")?.ToJsonString());
