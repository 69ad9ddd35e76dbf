namespace Maily.Deploy.Components;

/// <summary>Stands for an error whose text quotes a secret: the same fact, evidence and remedy without it. The error itself is not kept.</summary>
public sealed class RedactedException(Exception failure, Func<string, string> redact)
    : DeployException(
        redact((failure as DeployException)?.Fact ?? failure.Message),
        redact((failure as DeployException)?.Remedy ?? ""),
        redact((failure as DeployException)?.Evidence ?? failure.GetType().Name))
{
    /// <inheritdoc/>
    public override FailureKind Kind { get; } = (failure as DeployException)?.Kind ?? FailureKind.Failed;
}
