using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>Decides the steps of one stage. It reads far sides, and changes none.</summary>
public interface IStagePlanner
{
    /// <summary>The stage's name.</summary>
    string Stage { get; }

    /// <summary>The steps in the order of their names; what earlier stages answered is in the context's outputs.</summary>
    /// <exception cref="DeployException">The stage cannot be planned, for instance because no digest exists for this commit: the error names the target that makes it.</exception>
    Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation);

    /// <summary>The ways back of its steps.</summary>
    ImmutableArray<ICompensator> Compensators { get; }
}
