using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Components;

/// <summary>The consent that some environments ask for: given by a flag, or typed once all checks have passed.</summary>
static class Consent
{
    /// <summary>Whether consent is given or can still be asked for.</summary>
    public static CheckResult Check(IHazEnvironment build, EnvironmentPolicy policy) => policy switch
    {
        { RequiresConfirmation: false } => CheckResult.Pass("not asked for"),
        _ when build.Yes => CheckResult.Pass("given by --yes"),
        _ when build.Confirm == build.Environment => CheckResult.Pass("typed into --confirm"),
        _ when Confirmation.CanAsk => CheckResult.Pass("asked for before the deployment begins"),
        _ => CheckResult.Fail($"nobody confirmed the deployment to {build.Environment}", $"Give --yes or --confirm {build.Environment} where there is no terminal."),
    };

    /// <summary>Whether a deployment that has begun was consented to: where consent is asked for, none begins without.</summary>
    public static bool IsGiven(IHazEnvironment build, EnvironmentPolicy policy) => policy.RequiresConfirmation || build.Yes || build.Confirm == build.Environment;

    /// <summary>Asks where consent is needed and not given yet.</summary>
    /// <exception cref="NoConsentException">The name was not typed.</exception>
    public static void Ask(IHazEnvironment build, EnvironmentPolicy policy)
    {
        if (policy.RequiresConfirmation && !build.Yes && build.Confirm != build.Environment && !Confirmation.Ask(build.Environment))
            throw new NoConsentException(build.Environment);
    }
}

/// <summary>Nobody consented to the deployment.</summary>
public sealed class NoConsentException(string environment)
    : DeployException($"Nobody confirmed the deployment to {environment}.", $"Type {environment} when asked, or give --yes.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
