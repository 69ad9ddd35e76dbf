namespace Maily.Deploy.Deployments;

/// <summary>All of a release is live and recorded, but that its deployment has ended could not be written down where others read it.</summary>
public sealed class EndNotStoredException(DeploymentId deployment, Exception reason)
    : DeployException($"{deployment} is live, but its journal's end is on this machine only: for all others it is unfinished, and a rollback would undo it.",
        "Make MAILY_JOURNAL_URL reachable, then run the same command with --resume, which ends it.", reason.Message, reason)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
