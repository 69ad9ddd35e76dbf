using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>The environment's last deployment was neither finished nor undone: what it did would pass for the state before.</summary>
public sealed class UnfinishedDeploymentException(DeploymentSummary unfinished)
    : DeployException($"{unfinished.Header.Id} of {unfinished.Header.StartedBy} is neither finished nor undone.",
        "Undo it with `./build.sh Rollback`, or finish it with --resume on its commit.", $"Its last record is of {unfinished.LastAt:u}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
