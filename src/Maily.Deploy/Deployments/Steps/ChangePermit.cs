namespace Maily.Deploy.Deployments.Steps;

/// <summary>
/// The right to change a far side during one step: whose it is, and how long it lasts. There is no public way to make one.
/// </summary>
public sealed class ChangePermit
{
    internal ChangePermit(DeploymentId deployment, StepId step, long fencingNumber, TimeProvider time, Func<DateTimeOffset> expires) =>
        (Deployment, Step, FencingNumber, this.time, this.expires) = (deployment, step, fencingNumber, time, expires);

    readonly TimeProvider time;
    readonly Func<DateTimeOffset> expires;

    /// <summary>The deployment, whose id marks each change on the far side.</summary>
    public DeploymentId Deployment { get; }

    /// <summary>The step.</summary>
    public StepId Step { get; }

    /// <summary>The lease's fencing number; a far side that can check it refuses a lower one.</summary>
    public long FencingNumber { get; }

    /// <summary>When the lease behind it ends if it is not renewed; grows with each heartbeat.</summary>
    public DateTimeOffset Expires => expires();

    /// <summary>Called by clients before each request that changes something.</summary>
    /// <exception cref="PermitExpiredException">The lease behind it has ended: another deployment may be at work.</exception>
    public void ThrowIfExpired()
    {
        if (time.GetUtcNow() >= Expires)
            throw new PermitExpiredException(Deployment, Step);
    }
}

/// <summary>A step tried to change something after its lease had ended.</summary>
public sealed class PermitExpiredException(DeploymentId deployment, StepId step)
    : DeployException($"{step} of {deployment} may change nothing any more: its lease has ended.",
        "Run `./build.sh Status` to see who holds the environment now.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
