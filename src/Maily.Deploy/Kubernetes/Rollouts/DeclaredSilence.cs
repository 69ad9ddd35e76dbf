using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Reads from a workload how long its status may stay as it is while all goes well.</summary>
static class DeclaredSilence
{
    // What a kubelet sees stands in the status a moment later.
    static readonly TimeSpan Telling = TimeSpan.FromSeconds(10);

    /// <summary>
    /// As long as the slowest startup probe allows and pods must then be ready before they count (<c>minReadySeconds</c>), where that is longer
    /// than is borne of any; null, which is without end, while a Job's pod runs: that has ended when it has ended.
    /// </summary>
    public static TimeSpan? Of(KubernetesObject? live, WorkloadPods pods, TimeSpan ofAny)
    {
        if (live is null)
            return ofAny;
        if (live.Kind == "Job" && pods.New.Any(Runs))
            return null;
        var declared = Seconds(live.Json.Number("spec", "minReadySeconds") ?? 0) + Workloads.ContainersOf(live.Json).Select(StartupOf).DefaultIfEmpty(TimeSpan.Zero).Max();
        return declared + Telling > ofAny && declared > TimeSpan.Zero ? declared + Telling : ofAny;
    }

    // The API's own defaults, where a manifest leaves them out.
    static TimeSpan StartupOf(JsonObject container) => container.At("startupProbe") is { } probe
        ? Seconds((probe.Number("initialDelaySeconds") ?? 0) + (probe.Number("failureThreshold") ?? 3) * (probe.Number("periodSeconds") ?? 10)) : TimeSpan.Zero;

    // Some state the largest number there is, to mean for ever.
    static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue));

    static bool Runs(KubernetesObject pod) => pod.Json.Objects("status", "initContainerStatuses").Concat(pod.Json.Objects("status", "containerStatuses"))
        .Any(container => container.At("state", "running") is not null);
}
