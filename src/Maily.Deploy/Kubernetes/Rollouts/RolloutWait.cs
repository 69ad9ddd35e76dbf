using System.Collections.Immutable;
using System.Threading.Channels;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Waits until workloads are rolled out, and fails early when their new pods say that they will not be.</summary>
sealed class RolloutWait(ClusterReader cluster, RolloutPatience patience, TimeProvider time, ILogger log)
{
    const int LogLines = 20;
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    readonly NewPods pods = new(cluster);

    /// <summary>Called now and then with a workload that is not done yet; a compensation removes what blocks it there.</summary>
    public Func<KubernetesObject, CancellationToken, Task> OnWaiting { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Waits for all side by side; the first failure ends the waiting.</summary>
    /// <exception cref="RolloutFailedException">One will not get ready, or not in time.</exception>
    public async Task ForAllAsync(IEnumerable<ObjectKey> workloads, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var waits = workloads.Select(key => ForAsync(key, end.Token)).ToList();
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

    async Task ForAsync(ObjectKey key, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var changes = Channel.CreateBounded<KubernetesObject?>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var following = FollowAsync(key, changes.Writer, end.Token);
        try
        {
            await JudgeAsync(key, changes.Reader, cancellation);
        }
        finally
        {
            await end.CancelAsync();
            await following;
        }
    }

    async Task JudgeAsync(ObjectKey key, ChannelReader<KubernetesObject?> changes, CancellationToken cancellation)
    {
        var progress = new RolloutProgress(key, cluster.Region, patience, time);
        KubernetesObject? live = null;
        while (true)
        {
            live = await NextAsync(changes, live, cancellation);
            var status = live is null ? new RolloutStatus(RolloutState.Waiting, "it is not there") : RolloutStatus.Decide(live.Json);
            if (status.State == RolloutState.Done)
                return;
            var problems = live is null ? [] : await ProblemsAsync(live, cancellation);
            if (progress.Judge(status, live, problems) is { } failure)
                throw failure.With(await LogsAsync(problems, cancellation));
            if (progress.HasNews)
                log.LogInformation("{Region}: {Workload}: {Status}", cluster.Region, key, status.Text);
            if (live is not null)
                await OnWaiting(live, cancellation);
        }
    }

    // Pods fail without any change of their workload: so it is looked at now and then, too.
    async Task<KubernetesObject?> NextAsync(ChannelReader<KubernetesObject?> changes, KubernetesObject? last, CancellationToken cancellation)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var ready = changes.WaitToReadAsync(cancellation).AsTask();
        await Task.WhenAny(ready, Task.Delay(Tick, time, tick.Token));
        await tick.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
        if (ready.IsCompleted && !await ready)
            await changes.Completion;
        return changes.TryRead(out var next) ? next : last;
    }

    async Task FollowAsync(ObjectKey key, ChannelWriter<KubernetesObject?> changes, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                var live = await cluster.FindAsync(key, cancellation);
                changes.TryWrite(live);
                if (live is not null)
                    await foreach (var change in cluster.WatchAsync(live, cancellation))
                        changes.TryWrite(change);
                await Task.Delay(Tick, time, cancellation);
            }
        }
        catch (Exception ended)
        {
            // Whoever reads the changes gets the error; a cancelled reader is gone already.
            changes.TryComplete(ended);
        }
    }

    async Task<ImmutableArray<PodProblem>> ProblemsAsync(KubernetesObject live, CancellationToken cancellation) =>
        [.. PodDiagnosis.OfWorkload(live.Json), .. (await pods.FindAsync(live, cancellation)).SelectMany(PodDiagnosis.OfPod)];

    async Task<string> LogsAsync(ImmutableArray<PodProblem> problems, CancellationToken cancellation)
    {
        if (problems.FirstOrDefault(problem => problem is { Kind: PodProblemKind.CrashLoop, Pod: not null, Container: not null }) is not { } crash)
            return "";
        var lines = await cluster.LogAsync(crash.Pod!, crash.Container!, previous: true, LogLines, cancellation)
            ?? await cluster.LogAsync(crash.Pod!, crash.Container!, previous: false, LogLines, cancellation);
        return string.IsNullOrWhiteSpace(lines) ? "" : $"{Environment.NewLine}its last log lines:{Environment.NewLine}{lines.TrimEnd()}";
    }
}
