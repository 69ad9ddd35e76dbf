using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Waits until workloads are rolled out, and fails early when their new pods say that they will not be. Watches; never polls.</summary>
sealed class RolloutWait(ClusterReader cluster, RolloutPatience patience, TimeProvider time, ILogger log)
{
    // Time itself decides too: nothing is asked for it.
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Called at each look at a workload that is not done yet; a compensation removes what blocks it there.</summary>
    public Func<KubernetesObject, WorkloadPods, CancellationToken, Task> OnWaiting { get; init; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Waits for all side by side; the first failure ends the waiting.</summary>
    /// <exception cref="RolloutFailedException">One will not get ready, or not in time.</exception>
    public async Task ForAllAsync(IEnumerable<ObjectKey> workloads, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waits = workloads.GroupBy(key => key.Namespace).Select(keys => ForNamespaceAsync(keys.Key, [.. keys], end.Token)).ToList();
        try
        {
            while (waits.Count > 0)
            {
                var done = await Task.WhenAny(waits);
                waits.Remove(done);
                await done;
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(waits).ContinueWith(ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    async Task ForNamespaceAsync(string? space, ImmutableArray<ObjectKey> keys, CancellationToken cancellation)
    {
        await using var watched = new WatchedNamespace(cluster, space, keys, time, log, cancellation);
        var logs = new CrashLogs(cluster, time);
        var waiting = keys.Distinct().ToDictionary(key => key, key => new RolloutProgress(key, cluster.Region, patience, time));
        while (true)
        {
            await watched.NextAsync(Tick, cancellation);
            if (!watched.IsListed)
                continue;
            var events = ClusterEvents.Of(watched.Events);
            foreach (var (key, progress) in waiting.ToArray())
                if (await IsDoneAsync(key, progress, watched, events, logs, cancellation))
                    waiting.Remove(key);
            if (waiting.Count == 0)
                return;
            watched.WatchDetails();
        }
    }

    async Task<bool> IsDoneAsync(ObjectKey key, RolloutProgress progress, WatchedNamespace watched, ClusterEvents events, CrashLogs logs, CancellationToken cancellation)
    {
        var live = watched.Find(key);
        var status = live is null ? new RolloutStatus(RolloutState.Waiting, "it is not there") : RolloutStatus.Decide(live.Json);
        if (status.LeavesPods)
            log.LogWarning("{Region}: {Workload}: {Status}", cluster.Region, key, status.Text);
        if (status.State == RolloutState.Done)
            return true;
        var pods = live is null ? WorkloadPods.None : WorkloadPods.Of(live, watched);
        var problems = live is null ? [] : WorkloadDiagnosis.Of(live, pods, events);
        await logs.KeepAsync(key, problems, cancellation);
        if (progress.Judge(status, live, pods, problems) is { } failure)
            throw failure.With(logs.Of(key));
        if (progress.HasNews)
            log.LogInformation("{Region}: {Workload}: {Status}", cluster.Region, key, status.Text);
        if (live is not null)
            await OnWaiting(live, pods, cancellation);
        return false;
    }
}
