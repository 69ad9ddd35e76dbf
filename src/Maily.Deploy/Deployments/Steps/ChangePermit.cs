namespace Maily.Deploy.Deployments.Steps;

/// <summary>
/// The right to change a far side during one step: whose it is, and how long it lasts. There is no public way to make one.
/// </summary>
public sealed class ChangePermit
{
    // Looked at so often even while much is left: a machine that slept wakes up with less than its timers believe.
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    readonly TimeProvider time;
    readonly Func<TimeSpan> left;

    internal ChangePermit(DeploymentId deployment, StepId step, long fencingNumber, TimeProvider time, Func<TimeSpan> left) =>
        (Deployment, Step, FencingNumber, this.time, this.left) = (deployment, step, fencingNumber, time, left);

    /// <summary>The deployment, whose id marks each change on the far side.</summary>
    public DeploymentId Deployment { get; }

    /// <summary>The step.</summary>
    public StepId Step { get; }

    /// <summary>The lease's fencing number; a far side that can check it refuses a lower one.</summary>
    public long FencingNumber { get; }

    /// <summary>What is left of the lease behind it if that is not renewed; grows with each heartbeat.</summary>
    public TimeSpan Left => left();

    /// <summary>Called by clients before each request that changes something.</summary>
    /// <exception cref="PermitExpiredException">The lease behind it has ended: another deployment may be at work.</exception>
    public void ThrowIfExpired()
    {
        if (Left <= TimeSpan.Zero)
            throw new PermitExpiredException(Deployment, Step);
    }

    /// <summary>
    /// Makes a change that lasts no longer than the lease behind the permit: its token is cancelled when that ends without being
    /// renewed, so that whoever takes the lease over may count on silence from here.
    /// </summary>
    /// <exception cref="PermitExpiredException">The lease had ended before, or it ended meanwhile: the change may have been made then.</exception>
    public async Task<T> BoundAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken cancellation)
    {
        ThrowIfExpired();
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var done = new CancellationTokenSource();
        var watch = CancelAtEndAsync(bound, done.Token);
        try
        {
            return await change(bound.Token);
        }
        catch (Exception broken) when (Left <= TimeSpan.Zero && broken is not PermitExpiredException && !cancellation.IsCancellationRequested)
        {
            throw new PermitExpiredException(Deployment, Step, broken);
        }
        finally
        {
            await done.CancelAsync();
            await watch;
        }
    }

    /// <summary>The same for a change that gives nothing.</summary>
    /// <exception cref="PermitExpiredException">The lease had ended before, or it ended meanwhile: the change may have been made then.</exception>
    public Task BoundAsync(Func<CancellationToken, Task> change, CancellationToken cancellation) => BoundAsync(async token =>
    {
        await change(token);
        return true;
    }, cancellation);

    async Task CancelAtEndAsync(CancellationTokenSource bound, CancellationToken done)
    {
        while (Left is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left < Look ? left : Look, time, done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (done.IsCancellationRequested)
                return;
        }

        await bound.CancelAsync();
    }
}

/// <summary>A step tried to change something after its lease had ended, or was at it when it ended.</summary>
public sealed class PermitExpiredException(DeploymentId deployment, StepId step, Exception? brokenOff = null)
    : DeployException($"{step} of {deployment} may change nothing any more: its lease has ended.",
        "Run `./build.sh Status` to see who holds the environment now.",
        brokenOff is null ? null : $"A change was under way and was broken off: {brokenOff.Message}", brokenOff)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
