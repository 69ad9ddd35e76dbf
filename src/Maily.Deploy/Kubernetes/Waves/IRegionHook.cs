using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Kubernetes.Waves;

/// <summary>
/// What happens around a region's change: the place where its traffic is drained and filled again. Both are called within the
/// region's own step and get its permit; both must be safe to repeat, since a deployment that was killed goes on there.
/// </summary>
public interface IRegionHook
{
    /// <summary>Runs before anything of the region is changed, and before anything is undone. What it throws fails the region.</summary>
    /// <param name="region">The region.</param>
    /// <param name="context">Opens clients that can change a far side.</param>
    /// <param name="cancellation">Aborts.</param>
    Task BeforeAsync(RegionSpec region, StepContext context, CancellationToken cancellation);

    /// <summary>
    /// Runs once the region's workloads are rolled out, or are undone: a region that was drained gets its traffic again either
    /// way. Not called for one whose undoing failed. What it throws fails the region.
    /// </summary>
    /// <param name="region">The region.</param>
    /// <param name="context">Opens clients that can change a far side.</param>
    /// <param name="cancellation">Aborts.</param>
    Task AfterAsync(RegionSpec region, StepContext context, CancellationToken cancellation);
}

/// <summary>Does nothing.</summary>
public sealed class NoRegionHook : IRegionHook
{
    /// <summary>The one instance.</summary>
    public static NoRegionHook Instance { get; } = new();

    /// <inheritdoc/>
    public Task BeforeAsync(RegionSpec region, StepContext context, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task AfterAsync(RegionSpec region, StepContext context, CancellationToken cancellation) => Task.CompletedTask;
}
