using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Components;

/// <summary>The one deployment that all targets of a run work on.</summary>
public interface IHazDeployment : IHazEnvironment, IHazSkipFlags
{
    /// <summary>The run's deployment. Implement it as an initialised property: <c>DeploymentSession IHazDeployment.Session { get; } = new();</c></summary>
    DeploymentSession Session { get; }

    /// <summary>Describes what is deployed where, from the environment's variables.</summary>
    DeploymentDefinition Define(Variables variables);

    /// <summary>Where the deployment's variables come from, strong sources first.</summary>
    IEnumerable<IVariableSource> VariableSources { get; }
}
