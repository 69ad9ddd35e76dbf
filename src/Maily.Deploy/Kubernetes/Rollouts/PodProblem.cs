using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>Why a new pod does not get ready.</summary>
public enum PodProblemKind
{
    /// <summary>An image cannot be pulled.</summary>
    ImagePull,

    /// <summary>A container ends again and again.</summary>
    CrashLoop,

    /// <summary>A container lacks a ConfigMap, a Secret or a key of one.</summary>
    Configuration,

    /// <summary>No node takes the pod.</summary>
    Unschedulable,

    /// <summary>Pods cannot even be made: a quota or an admission rule.</summary>
    ReplicaFailure,

    /// <summary>The workload is paused.</summary>
    Paused,

    /// <summary>The container runs, but is not ready.</summary>
    NotReady,
}

/// <summary>One reason why a rollout does not go on.</summary>
/// <param name="Kind">Of what sort it is.</param>
/// <param name="Pod">The pod, or null where it is the workload itself.</param>
/// <param name="Container">The container; null where it is the whole pod.</param>
/// <param name="Text">What the cluster says.</param>
public sealed record PodProblem(PodProblemKind Kind, ObjectKey? Pod, string? Container, string Text)
{
    /// <summary>What to do about it.</summary>
    public string Remedy => Kind switch
    {
        PodProblemKind.ImagePull => "Check that the registry serves this digest to the nodes, and the pull secret.",
        PodProblemKind.CrashLoop => "Read the log lines above; correct the service, its configuration or its memory limit.",
        PodProblemKind.Configuration => "Make the ConfigMap, the Secret or the key that it names.",
        PodProblemKind.Unschedulable => "Add nodes, or lower what the pod requests.",
        PodProblemKind.ReplicaFailure => "Raise the quota, or correct what admission refuses.",
        PodProblemKind.Paused => "Resume it with `kubectl rollout resume`.",
        _ => "See why its readiness probe fails: `kubectl describe pod` and `kubectl logs`.",
    };

    /// <summary>Pod, container and text.</summary>
    public override string ToString() => string.Join(' ', new[] { Pod?.ToString(), Container is null ? null : $"({Container})" }.OfType<string>()) is { Length: > 0 } where
        ? $"{where}: {Text}" : Text;
}
