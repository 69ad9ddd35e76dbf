using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Objects;

/// <summary>What the API and the controllers share.</summary>
internal sealed record ClusterState
{
    public required EmbeddedClusterOptions Options { get; init; }

    public required ObjectStore Store { get; init; }

    public KindRegistry Kinds { get; } = new();

    public ClusterFaults Faults { get; } = new();

    public DateTimeOffset Now => Options.Time.GetUtcNow();
}
