using System.Collections.Immutable;

namespace Maily.Deploy.Secrets;

/// <summary>What a source is asked for.</summary>
/// <param name="Environment">The environment's name: <c>production</c>.</param>
/// <param name="Root">The repository's root folder.</param>
/// <param name="Needed">Names that the run needs.</param>
/// <param name="Stronger">What stronger sources gave already.</param>
public sealed record VariableRequest(string Environment, string Root, IReadOnlyCollection<string> Needed, Variables Stronger)
{
    /// <summary>Needed names that no stronger source has.</summary>
    public IEnumerable<string> Missing => Needed.Where(name => Stronger.Find(name) is null);
}

/// <summary>A place that variables come from.</summary>
public interface IVariableSource
{
    /// <summary>All that the source has for the environment; none where it does not exist.</summary>
    /// <exception cref="DeployException">The source exists but cannot be used; no value is in the message.</exception>
    Task<ImmutableArray<Variable>> ReadAsync(VariableRequest request, CancellationToken cancellation);
}
