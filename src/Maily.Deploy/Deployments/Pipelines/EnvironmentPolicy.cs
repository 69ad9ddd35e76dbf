namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>What one environment demands of its deployments. Policy is data: no code asks for an environment's name.</summary>
/// <param name="Environment">The environment's name.</param>
public sealed record EnvironmentPolicy(string Environment)
{
    /// <summary>Whether a person types the environment's name first (or gives <c>--yes</c>).</summary>
    public bool RequiresConfirmation { get; init; }

    /// <summary>
    /// Whether backups must be sealed. Always so where a person must consent: such an environment holds people's data, and a
    /// policy can demand more but not less.
    /// </summary>
    public bool RequiresSealedBackups { get => field || RequiresConfirmation; init; }

    /// <summary>Whether an image that nothing has scanned is refused. Always so where a person must consent.</summary>
    public bool RequiresScannedImages { get => field || RequiresConfirmation; init; }

    /// <summary>Whether only a clean commit that stands on the remote is deployed.</summary>
    public bool RequiresPushedCommit { get; init; }

    /// <summary>Whether a failed deployment leaves a hold, so that a person looks before the next one.</summary>
    public bool HoldsAfterRollback { get; init; }
}
