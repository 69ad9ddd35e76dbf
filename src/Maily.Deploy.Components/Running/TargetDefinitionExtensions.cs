using Maily.Deploy.Deployments;
using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>How targets run asynchronous work: awaited, and with the tokens that end it.</summary>
public static class TargetDefinitionExtensions
{
    /// <summary>Runs <paramref name="action"/> with the token that aborts it; the target fails when the task does.</summary>
    public static ITargetDefinition ExecutesAsync(this ITargetDefinition target, Func<CancellationToken, Task> action) =>
        target.ExecutesAsync(signals => action(signals.Abort));

    /// <summary>Runs <paramref name="action"/> with both tokens: stop admits nothing new, abort ends what runs.</summary>
    public static ITargetDefinition ExecutesAsync(this ITargetDefinition target, Func<StopSignals, Task> action) =>
        target.Executes(() => action(RunSignals.Current).GetAwaiter().GetResult());
}
