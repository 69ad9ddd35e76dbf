using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Waves;

/// <summary>Looks at rolled-out workloads again and again; a container that ends, or a workload that stays unavailable, fails it.</summary>
sealed class HealthWatch(ClusterReader cluster, RolloutPatience patience, TimeProvider time, ILogger log)
{
    const int AtOnce = 4;
    static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);

    readonly Dictionary<(string?, string?), long> restarts = [];

    /// <summary>Returns once the time is over and every workload is available.</summary>
    /// <param name="workloads">The workloads.</param>
    /// <param name="since">When their rollouts were done: what ended before does not count.</param>
    /// <param name="until">When the time is over.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="NotHealthyException">A container ended.</exception>
    /// <exception cref="RolloutFailedException">A workload did not become available again.</exception>
    public async Task UntilAsync(ImmutableArray<ObjectKey> workloads, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellation)
    {
        var said = DateTimeOffset.MinValue;
        var interval = TimeSpan.FromTicks(Math.Clamp((until - since).Ticks / 4, Look.Ticks, LongestSilence.Ticks));
        while (true)
        {
            await LookAsync(workloads, since, cancellation);
            var now = time.GetUtcNow();
            if (now >= until)
                return;
            if (now - said >= interval)
            {
                log.LogInformation("{Region}: {Count} workloads are healthy, watched for another {Seconds} s", cluster.Region, workloads.Length, (int)Math.Ceiling((until - now).TotalSeconds));
                said = now;
            }

            await Task.Delay(until - now < Look ? until - now : Look, time, cancellation);
        }
    }

    async Task LookAsync(ImmutableArray<ObjectKey> workloads, DateTimeOffset since, CancellationToken cancellation)
    {
        var live = await LiveObjects.ReadAsync(cluster, workloads, AtOnce, cancellation);
        var pods = new Dictionary<string, ImmutableArray<KubernetesObject>>(StringComparer.Ordinal);
        foreach (var space in workloads.Select(key => key.Namespace ?? "").Distinct(StringComparer.Ordinal))
            pods[space] = await cluster.ListAsync("v1", "Pod", space, "", cancellation);
        foreach (var key in workloads)
            await LookAtAsync(key, live[key], pods[key.Namespace ?? ""], since, cancellation);
    }

    // A node may be drained and a pod move: that is waited for as long as a new node is.
    async Task LookAtAsync(ObjectKey key, KubernetesObject? found, ImmutableArray<KubernetesObject> pods, DateTimeOffset since, CancellationToken cancellation)
    {
        var live = found ?? throw new NotHealthyException(key, cluster.Region, "it is not there any more");
        await RequireNoEndAsync(live, pods, since, cancellation);
        if (RolloutStatus.Decide(live.Json) is not { State: not RolloutState.Done } status)
            return;
        log.LogWarning("{Region}: {Workload}: {Status}", cluster.Region, key, status.Text);
        await new RolloutWait(cluster, patience with { Total = patience.Scheduling }, time, log).ForAllAsync([key], cancellation);
    }

    async Task RequireNoEndAsync(KubernetesObject workload, ImmutableArray<KubernetesObject> pods, DateTimeOffset since, CancellationToken cancellation)
    {
        foreach (var pod in pods.Where(pod => LabelSelector.Matches(workload.Json.At("spec", "selector"), pod.Json.At("metadata", "labels") as JsonObject ?? [])))
            foreach (var container in pod.Json.Objects("status", "containerStatuses").Where(container => HasEnded(pod, container, since)))
                throw new NotHealthyException(workload.Key, cluster.Region, $"{pod.Key} ({container.Text("name")}): {Describe(container)}{await CrashLogs.OfFormerAsync(cluster, time, pod.Key, container.Text("name") ?? "", cancellation)}");
    }

    // By time, so that also what happened while nobody looked is found; and by count, where clocks differ.
    bool HasEnded(KubernetesObject pod, JsonObject container, DateTimeOffset since)
    {
        var (key, count) = ((pod.Uid, container.Text("name")), container.Number("restartCount") ?? 0);
        var isFirst = restarts.TryAdd(key, count);
        return count > restarts[key]
            || (isFirst && count > 0 && DateTimeOffset.TryParse(Last(container).Text("finishedAt"), CultureInfo.InvariantCulture, out var at) && at > since);
    }

    static string Describe(JsonObject container)
    {
        var (last, reason) = (Last(container), Last(container).Text("reason"));
        return $"ended with exit code {last.Number("exitCode")?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}{(reason is null ? "" : $" ({reason})")}, {container.Number("restartCount")} restarts";
    }

    static JsonNode? Last(JsonObject container) => container.At("state", "terminated") ?? container.At("lastState", "terminated");
}

/// <summary>A workload that was rolled out did not stay healthy until its wave's bake time was over.</summary>
public sealed class NotHealthyException(ObjectKey workload, string region, string evidence)
    : DeployException($"{workload} in {region} did not stay healthy.", "Read the lines above; correct the service, its configuration or its memory limit. The later waves were not begun.", evidence)
{
    /// <summary>The workload.</summary>
    public ObjectKey Workload { get; } = workload;

    /// <summary>The region.</summary>
    public string Region { get; } = region;
}
