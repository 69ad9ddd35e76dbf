using Nuke.Common;

namespace Maily.Deploy.Components;

/// <summary>Which environment is deployed to, and with whose consent.</summary>
public interface IHazEnvironment : INukeBuild
{
    /// <summary>The environment's name; <c>production</c> unless something else is asked for.</summary>
    [Parameter("Environment to deploy to. Default is 'production', or 'staging' for DeployStaging")]
    string Environment => TryGetValue(() => Environment) ?? StandardEnvironment;

    /// <summary>Consent to an environment that asks for it, for runs without a terminal.</summary>
    [Parameter("Deploys without asking for a typed confirmation")]
    bool Yes => TryGetValue<bool?>(() => Yes) ?? false;

    /// <summary>Consent typed elsewhere, for instance into the form of a workflow that is started by hand.</summary>
    [Parameter("The environment's name, typed as consent; a workflow's form asks for it")]
    string? Confirm => TryGetValue(() => Confirm);

    /// <summary>How long to wait while another deployment holds the environment.</summary>
    [Parameter("How long to wait for another deployment to end, for instance 15m. Default is not at all")]
    string? Wait => TryGetValue(() => Wait);

    /// <summary>The environment when none is named.</summary>
    sealed string StandardEnvironment => InvokedTargets.Any(target => target.Name == "DeployStaging") ? "staging" : "production";
}
