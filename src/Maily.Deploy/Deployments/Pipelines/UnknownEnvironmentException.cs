namespace Maily.Deploy.Deployments.Pipelines;

/// <summary>Nobody described an environment of that name.</summary>
public sealed class UnknownEnvironmentException(string name, IEnumerable<string> known)
    : DeployException($"'{name}' is no environment.", $"The environments are {string.Join(", ", known)}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
