using Nuke.Common.CI;
using Nuke.Common.CI.GitHubActions;
using Nuke.Common.CI.GitHubActions.Configuration;
using Nuke.Common.Execution;

namespace Maily.Deploy.Components;

/// <summary>
/// Generates a workflow that deploys, with a second job that undoes what the first one left unfinished: a cancelled run's
/// processes are killed ten seconds later, and a runner may die.
/// </summary>
/// <param name="name">The workflow's name.</param>
/// <param name="image">The machine that both jobs run on.</param>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class DeploymentWorkflowAttribute(string name, GitHubActionsImage image) : GitHubActionsAttribute(name, image)
{
    const string Job = "compensate";

    /// <summary>The machine that both jobs run on.</summary>
    public GitHubActionsImage Image { get; } = image;

    /// <inheritdoc/>
    public override ConfigurationEntity GetConfiguration(IReadOnlyCollection<ExecutableTarget> relevantTargets)
    {
        var configuration = (GitHubActionsConfiguration)base.GetConfiguration(relevantTargets);
        // The same machine, environment, secrets and limits: made anew, since the deploying job's own is not to be changed.
        var job = GetJobs(Image, relevantTargets);
        job.Name = Job;
        job.Steps = [.. job.Steps.Select(step => step is GitHubActionsRunStep run ? Rollback(run) : step)];
        configuration.Jobs = [.. configuration.Jobs, new FollowingJob(job, configuration.Jobs[0].Name, "failure() || cancelled()")];
        return configuration;
    }

    // It waits for the lease of a killed holder to run out, and leaves a release alone that is good or undone already.
    static CommandStep Rollback(GitHubActionsRunStep deploying) =>
        new("Undo what is unfinished", $"./{deploying.BuildCmdPath} {nameof(IRollback.Rollback)} --unfinished-only --wait 15m", deploying.Imports);
}
