using NukeRunner.Runs;

namespace NukeRunner;

/// <summary>How a run is asked to end.</summary>
public interface IRunCancellation
{
    /// <summary>
    /// Start nothing new, finish what runs: Ctrl+C, SIGTERM, or another target failed. In an assured target it is a fresh
    /// token, so that cleaning up is not stopped by what made it necessary.
    /// </summary>
    CancellationToken Stop { get; }

    /// <summary>
    /// Give up what runs: a second Ctrl+C, or <c>--grace</c> after the first. A target that ran before an assured one leaves
    /// the assured one a fresh token; one more Ctrl+C aborts that too.
    /// </summary>
    CancellationToken Abort { get; }
}

/// <summary>The tokens of the running target; tokens that never fire outside a run.</summary>
public static class Cancellation
{
    /// <inheritdoc cref="IRunCancellation.Stop"/>
    public static CancellationToken Stop => Current.Stop;

    /// <inheritdoc cref="IRunCancellation.Abort"/>
    public static CancellationToken Abort => Current.Abort;

    /// <summary>Both tokens, of the target that the caller runs in.</summary>
    public static IRunCancellation Current => BuildRun.Current.Cancellation;
}
