namespace Maily.Deploy.Deployments.Steps;

/// <summary>
/// What a step gets while it changes something. Clients that can change a far side ask for its <see cref="Permit"/> in
/// their constructor, and only the step runner makes one: code elsewhere cannot get such a client.
/// </summary>
public sealed class StepContext
{
    internal StepContext(DeploymentContext deployment, ChangePermit permit) => (Deployment, Permit) = (deployment, permit);

    /// <summary>The deployment that the step is part of.</summary>
    public DeploymentContext Deployment { get; }

    /// <summary>The right to change a far side, for the constructors of clients that do.</summary>
    public ChangePermit Permit { get; }
}
