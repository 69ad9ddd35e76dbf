using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>What a team composes: the pipeline, who plans its stages, and what is checked before.</summary>
public sealed record DeploymentDefinition
{
    /// <summary>What the environment demands.</summary>
    public required EnvironmentPolicy Policy { get; init; }

    /// <summary>The graph.</summary>
    public required Pipeline Pipeline { get; init; }

    /// <summary>One planner for each stage that has steps.</summary>
    public required ImmutableArray<IStagePlanner> Planners { get; init; }

    /// <summary>The checks of Validate; each says which stages need it.</summary>
    public ImmutableArray<Check> Checks { get; init; } = [];

    /// <summary>The planner of that stage.</summary>
    /// <exception cref="BrokenPipelineException">There is none.</exception>
    public IStagePlanner PlannerOf(string stage) => Planners.FirstOrDefault(planner => planner.Stage == stage)
        ?? throw new BrokenPipelineException($"Nothing plans the steps of {stage}.");

    /// <summary>All ways back, by type.</summary>
    public ImmutableDictionary<string, ICompensator> Compensators =>
        Planners.SelectMany(planner => planner.Compensators).ToImmutableDictionary(compensator => compensator.Type, StringComparer.Ordinal);
}
