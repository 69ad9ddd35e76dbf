namespace Maily.Deploy.Deployments;

/// <summary>The two ways of ending early.</summary>
/// <param name="Stop">Admits no further step and lets running ones finish: Ctrl+C, SIGTERM, a failing sibling.</param>
/// <param name="Abort">Ends running steps too: a second Ctrl+C, or the grace period is over.</param>
public readonly record struct StopSignals(CancellationToken Stop, CancellationToken Abort)
{
    /// <summary>Signals that never come.</summary>
    public static StopSignals None { get; } = new(CancellationToken.None, CancellationToken.None);
}
