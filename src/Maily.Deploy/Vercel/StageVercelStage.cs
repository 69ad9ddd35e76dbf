using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Git;

namespace Maily.Deploy.Vercel;

/// <summary>StageVercel: builds the frontend as a production deployment that no domain leads to.</summary>
public sealed class StageVercelStage(VercelFrontend frontend, GitReader git) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "StageVercel";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var files = await new FrontendFiles(git).ListAsync(frontend.Folder, cancellation);
        return
        [
            new StagingStep(frontend, files)
            {
                Id = new StepId(Name, "frontend"),
                Title = $"build {files.Length} files of commit {context.Commit[..7]} on Vercel, without a domain",
            },
        ];
    }
}
