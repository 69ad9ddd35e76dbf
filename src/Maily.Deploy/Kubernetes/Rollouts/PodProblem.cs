using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Why a new pod does not get ready.</summary>
public enum PodProblemKind
{
    /// <summary>An image cannot be pulled.</summary>
    ImagePull,

    /// <summary>A container ends again and again.</summary>
    CrashLoop,

    /// <summary>A container lacks a ConfigMap, a Secret or a key of one, or is set up in a way that cannot be.</summary>
    Configuration,

    /// <summary>A volume cannot be attached or mounted.</summary>
    Volume,

    /// <summary>The node cannot run the pod, or has thrown it out.</summary>
    Node,

    /// <summary>No node takes the pod.</summary>
    Unschedulable,

    /// <summary>Pods cannot even be made: a quota is used up.</summary>
    Quota,

    /// <summary>Pods cannot even be made: admission refuses them.</summary>
    Admission,

    /// <summary>The workload is paused.</summary>
    Paused,

    /// <summary>The container runs, but its readiness probe fails.</summary>
    NotReady,

    /// <summary>The container runs, but its startup probe has not succeeded yet; or it is an init container that has not ended yet.</summary>
    Starting,

    /// <summary>A pod of another revision is broken, and a StatefulSet waits for it.</summary>
    Blocked,

    /// <summary>A pod of a Job ended without success; the Job tries again by itself as often as it says.</summary>
    JobFailure,
}

/// <summary>One reason why a rollout does not go on.</summary>
/// <param name="Kind">Of what sort it is.</param>
/// <param name="Pod">The pod, or null where it is the workload itself.</param>
/// <param name="Container">The container; null where it is the whole pod.</param>
/// <param name="Text">What the cluster says.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record PodProblem(PodProblemKind Kind, ObjectKey? Pod, string? Container, string Text, string Remedy)
{
    /// <summary>The end of a container of which there may be a log; null where there is none.</summary>
    internal ContainerEnd? Ended { get; init; }

    /// <summary>How long the manifest itself says that this may last.</summary>
    internal TimeSpan Expected { get; init; }

    /// <summary>Whether it lacks a whole Secret, which an operator or a Job of the same release may be about to make.</summary>
    internal bool LacksSecret { get; init; }

    /// <summary>Pod, container and text.</summary>
    public override string ToString() => string.Join(' ', new[] { Pod?.ToString(), Container is null ? null : $"({Container})" }.OfType<string>()) is { Length: > 0 } where
        ? $"{where}: {Text}" : Text;
}

/// <summary>Names the log of a container that has ended.</summary>
/// <param name="Id">Unique for each end of it.</param>
/// <param name="IsFormer">Whether it has been started again since, or is about to be.</param>
sealed record ContainerEnd(string Id, bool IsFormer);
