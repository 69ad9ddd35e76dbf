using System.Collections.Immutable;

namespace Maily.Deploy.Vercel;

/// <summary>Vercel could not build the frontend; the evidence is the end of the build log.</summary>
public sealed class VercelBuildFailedException(VercelDeployment deployment, string? message, ImmutableArray<string> lastLines)
    : DeployException($"Vercel did not build {deployment.Id}: {deployment.Now}{(string.IsNullOrEmpty(message) ? "" : $", {message}")}.",
        $"Correct the frontend and deploy again{(deployment.InspectorUrl is { } page ? $"; the whole log is at {page}" : "")}.",
        string.Join(Environment.NewLine, lastLines))
{
    /// <summary>The deployment that was not built.</summary>
    public string DeploymentId { get; } = deployment.Id;

    /// <summary>The last lines of the build log.</summary>
    public ImmutableArray<string> LastLines { get; } = lastLines;
}

/// <summary>A build or promotion takes longer than it may.</summary>
public sealed class VercelTooSlowException(string what, TimeSpan limit, string state)
    : DeployException($"{what} did not end within {limit.TotalMinutes:0.#} minutes.", "See https://www.vercel-status.com and the project's dashboard, then deploy again.", $"Its state is {state}.");

/// <summary>No deployment of this commit is built on Vercel.</summary>
public sealed class NoStagedDeploymentException(string commit)
    : DeployException($"Vercel has no built deployment of commit {commit[..7]}.", "Run `./build.sh StageVercel` on this commit first.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>Vercel took a promotion, but did not carry it out.</summary>
public sealed class PromotionFailedException(string deploymentId, string fact, string? evidence, string remedy)
    : DeployException($"{deploymentId} was not promoted: {fact}.", remedy, evidence)
{
    /// <summary>The deployment that should serve production.</summary>
    public string DeploymentId { get; } = deploymentId;
}

/// <summary>The folder of the frontend has no files to deploy.</summary>
public sealed class EmptyFrontendException(string folder)
    : DeployException($"{folder} holds no file to deploy.", "Check the folder, and its .vercelignore.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
