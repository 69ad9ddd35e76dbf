using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>
/// The last lines of what crashed, read as soon as it has: a pod that is replaced takes its log with it. One container of each workload
/// is kept, that which crashed last.
/// </summary>
sealed class CrashLogs(ClusterReader cluster, TimeProvider time)
{
    const int Lines = 20;
    const int Attempts = 3;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    readonly Dictionary<ObjectKey, string> kept = [];
    readonly Dictionary<string, int> attempts = new(StringComparer.Ordinal);

    /// <summary>Reads the logs of containers whose end was not seen yet.</summary>
    public async Task KeepAsync(ObjectKey workload, ImmutableArray<PodProblem> problems, CancellationToken cancellation)
    {
        foreach (var crash in problems.Where(problem => problem is { Ended: not null, Pod: not null, Container: not null }))
        {
            var before = attempts.GetValueOrDefault(crash.Ended!.Id);
            if (before >= Attempts || await ReadAsync(crash, cancellation) is not { Length: > 0 } lines)
                attempts[crash.Ended.Id] = before + 1;
            else
                (kept[workload], attempts[crash.Ended.Id]) = (lines, Attempts);
        }
    }

    /// <summary>What is kept of a workload, with a heading; nothing where nothing crashed, or nothing was written.</summary>
    public string Of(ObjectKey workload) =>
        kept.TryGetValue(workload, out var log) ? Headed(log) : "";

    /// <summary>What a container that has ended wrote last, with a heading; nothing where that cannot be read.</summary>
    public static async Task<string> OfFormerAsync(ClusterReader cluster, TimeProvider time, ObjectKey pod, string container, CancellationToken cancellation) =>
        await ReadAsync(cluster, time, pod, container, isFormer: true, cancellation) is { } lines ? Headed(lines) : "";

    static string Headed(string lines) => $"{Environment.NewLine}its last log lines:{Environment.NewLine}{lines}";

    Task<string?> ReadAsync(PodProblem crash, CancellationToken cancellation) => ReadAsync(cluster, time, crash.Pod!, crash.Container!, crash.Ended!.IsFormer, cancellation);

    static async Task<string?> ReadAsync(ClusterReader cluster, TimeProvider time, ObjectKey pod, string container, bool isFormer, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            foreach (var former in new[] { isFormer, !isFormer })
                if (await cluster.LogAsync(pod, container, former, Lines, either.Token) is { } text && !string.IsNullOrWhiteSpace(text))
                    return text.TrimEnd();
        }
        catch (Exception unread) when (unread is ClusterRefusedException or ClusterUnreachableException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            // Its node may be gone or not reached: the crash is told without its log, rather than not at all.
            return null;
        }

        return null;
    }
}
