using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.GitOps;

/// <summary>Plans by one strategy, and knows the ways back of all: a rollback undoes what the journal says, whatever is asked for now.</summary>
/// <param name="chosen">The strategy that plans.</param>
/// <param name="strategies">All of them by name.</param>
public sealed class StrategyStage(string chosen, ImmutableDictionary<string, IStagePlanner> strategies) : IStagePlanner
{
    /// <inheritdoc/>
    public string Stage => strategies[chosen].Stage;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [.. strategies.Values.SelectMany(strategy => strategy.Compensators)];

    /// <inheritdoc/>
    public Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation) => strategies[chosen].PlanAsync(context, cancellation);
}
