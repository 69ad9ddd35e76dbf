using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Git;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Vercel;

/// <summary>DeployVercel: promotes the staged frontend to production.</summary>
public sealed class DeployVercelStage(VercelFrontend frontend) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "DeployVercel";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [new PromotionCompensator(frontend)];

    /// <inheritdoc/>
    /// <exception cref="NoStagedDeploymentException">Nothing is built for this commit.</exception>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var wanted = await WantedAsync(context, cancellation);
        return
        [
            new PromotionStep(frontend, wanted)
            {
                Id = new StepId(Name, "promotion"),
                Title = $"promote {wanted} to production",
            },
        ];
    }

    // Built and promoted ones alike, so that a resumed run chooses what the first one chose.
    async Task<string> WantedAsync(DeploymentContext context, CancellationToken cancellation)
    {
        if (context.OutputsOf(StageVercelStage.Name).Select(step => step.Outputs["deploymentId"]).FirstOrDefault(id => id is not null) is { } staged)
            return staged;
        var built = await frontend.Reader().ListAsync(deployment => deployment.IsReady && deployment.IsOfCommit(context.Commit), cancellation);
        return (built.FirstOrDefault(deployment => deployment.IsOf(context.Id)) ?? built.FirstOrDefault() ?? await EqualAsync(context, cancellation))?.Id
            ?? throw new NoStagedDeploymentException(context.Commit);
    }

    // What StageVercel takes instead of building it again.
    async Task<VercelDeployment?> EqualAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var files = await new FrontendFiles(new GitReader(new ProcessRunner(frontend.Time))).ListAsync(frontend.Folder, cancellation);
        return await new FormerBuild(frontend).FindAsync(files, context.Environment, cancellation);
    }
}
