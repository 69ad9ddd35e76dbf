namespace Maily.Deploy.GitOps;

/// <summary>How a release reaches the clusters, as the command line and the records name it.</summary>
public static class Strategy
{
    /// <summary>This program applies the manifests itself.</summary>
    public const string Apply = "apply";

    /// <summary>It commits them, and Argo CD applies them.</summary>
    public const string GitOps = "gitops";

    /// <summary>The strategy of that name; <see cref="Apply"/> where none is named.</summary>
    /// <exception cref="UnknownStrategyException">There is no such one.</exception>
    public static string Parse(string? text) => text?.ToLowerInvariant() switch
    {
        null or "" or Apply => Apply,
        GitOps => GitOps,
        _ => throw new UnknownStrategyException(text),
    };
}

/// <summary>A strategy was asked for that does not exist.</summary>
public sealed class UnknownStrategyException(string name) : DeployException($"'{name}' is no strategy.", $"The strategies are {Strategy.Apply} and {Strategy.GitOps}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
