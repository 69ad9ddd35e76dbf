namespace Maily.Deploy.Deployments.Audit;

/// <summary>What a person may do to an environment besides deploying.</summary>
public enum AuditedAction
{
    /// <summary>Deployments were kept away; a rollback does it too.</summary>
    Held,

    /// <summary>They were let in again.</summary>
    Released,

    /// <summary>A lease was taken away from its holder.</summary>
    Unlocked,
}

/// <summary>Who did what to an environment, when and why. Holds no secret.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Action">What was done.</param>
/// <param name="By">User and host.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why, in the person's words.</param>
public sealed record AuditEntry(string Environment, AuditedAction Action, string By, DateTimeOffset At, string Reason)
{
    /// <summary>Whom it concerned: who had the lease, or who had set the hold; null where nobody did.</summary>
    public string? Whom { get; init; }
}
