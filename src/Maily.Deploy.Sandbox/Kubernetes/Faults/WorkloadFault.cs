namespace Maily.Deploy.Sandbox.Kubernetes.Faults;

/// <summary>Which workloads fail, and how. A null property fits all.</summary>
/// <param name="Failure">What their pods, or their rollout, suffer from.</param>
public sealed record WorkloadFault(WorkloadFailure Failure)
{
    /// <summary>The namespace of the workload.</summary>
    public string? Namespace { get; init; }

    /// <summary>The name of the Deployment, StatefulSet, DaemonSet, Job or bare pod.</summary>
    public string? Workload { get; init; }

    /// <summary>Part of the reference of an image that one of its containers runs.</summary>
    public string? Image { get; init; }

    internal bool Fits(string ns, string workload, IEnumerable<string> images) =>
        (Namespace is null || Namespace == ns)
        && (Workload is null || Workload == workload)
        && (Image is null || images.Any(image => image.Contains(Image, StringComparison.Ordinal)));
}

/// <summary>A way in which a workload fails.</summary>
public abstract record WorkloadFailure
{
    private protected WorkloadFailure()
    {
    }
}

/// <summary>The image cannot be pulled: ErrImagePull, then ImagePullBackOff.</summary>
/// <param name="Message">What the registry said.</param>
public sealed record ImageCannotBePulled(string Message = "manifest unknown") : WorkloadFailure;

/// <summary>The container starts and ends, again and again: CrashLoopBackOff.</summary>
/// <param name="ExitCode">The code it ends with; 137 with OOMKilled.</param>
/// <param name="Reason">Error, or OOMKilled.</param>
public sealed record CrashLoop(int ExitCode = 1, string Reason = "Error") : WorkloadFailure
{
    /// <summary>What the container writes before it ends.</summary>
    public IReadOnlyList<string> Log { get; init; } = ["fatal: the container was told to fail"];

    /// <summary>Killed because it used more memory than its limit.</summary>
    public static CrashLoop OutOfMemory { get; } = new(137, "OOMKilled") { Log = ["Killed"] };
}

/// <summary>The container runs, but its readiness probe fails.</summary>
/// <param name="Message">What the probe got.</param>
public sealed record NeverReady(string Message = "Readiness probe failed: HTTP probe failed with statuscode: 503") : WorkloadFailure;

/// <summary>No node takes the pod.</summary>
/// <param name="Message">What the scheduler says.</param>
public sealed record CannotBeScheduled(string Message = "0/1 nodes are available: 1 Insufficient memory.") : WorkloadFailure;

/// <summary>A container cannot be set up: CreateContainerConfigError.</summary>
/// <param name="Message">What the kubelet says.</param>
public sealed record CannotBeConfigured(string Message) : WorkloadFailure;

/// <summary>A volume cannot be mounted: the pod stays in ContainerCreating, and an event FailedMount says why.</summary>
/// <param name="Message">What the kubelet says.</param>
public sealed record CannotMount(string Message) : WorkloadFailure;

/// <summary>The pods are refused: by a quota, or by admission.</summary>
/// <param name="Message">What the API says, after "is forbidden: ".</param>
public sealed record CannotBeMade(string Message) : WorkloadFailure;

/// <summary>The pods never get ready, and the Deployment's progress deadline passes at once.</summary>
public sealed record DeadlinePasses : WorkloadFailure;

/// <summary>The pods run to their end with an exit code: for Jobs.</summary>
/// <param name="ExitCode">Zero is success.</param>
public sealed record Exits(int ExitCode) : WorkloadFailure
{
    /// <summary>What the container writes.</summary>
    public IReadOnlyList<string> Log { get; init; } = [];
}
