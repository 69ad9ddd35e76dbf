using Maily.Deploy.Deployments.Audit;

namespace Maily.Deploy.Deployments.Holds;

/// <summary>A persisted "do not deploy": set by a rollback or a person, cleared by a person.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Reason">Why.</param>
/// <param name="By">User and host.</param>
/// <param name="At">Since when.</param>
public sealed record Hold(string Environment, string Reason, string By, DateTimeOffset At)
{
    /// <summary>What the audit says of it.</summary>
    internal AuditEntry Entry => new(Environment, AuditedAction.Held, By, At, Reason);
}

/// <summary>Somebody keeps deployments away.</summary>
public sealed class HeldException(Hold hold)
    : DeployException($"{hold.Environment} is held since {hold.At:u} by {hold.By}: {hold.Reason}", "Find out why, then `./build.sh Release --reason \"...\"`.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
