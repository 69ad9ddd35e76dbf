using Nuke.Common.CI.GitHubActions.Configuration;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Utilities;
using NukeRunner.Parameters;

namespace Nuke.Common.CI.GitHubActions;

/// <summary>Generates a workflow that runs targets of the build. Override its parts to change it.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public partial class GitHubActionsAttribute(string name, GitHubActionsImage image, params GitHubActionsImage[] images)
    : ConfigurationAttributeBase
{
    readonly GitHubActionsImage[] machines = [image, .. images];

    /// <inheritdoc/>
    public override string IdPostfix => name;

    /// <inheritdoc/>
    public override Type HostType => typeof(GitHubActions);

    /// <inheritdoc/>
    public override AbsolutePath ConfigurationFile => NukeBuild.RootDirectory / ".github" / "workflows" / $"{name}.yml";

    /// <inheritdoc/>
    public override IEnumerable<AbsolutePath> GeneratedFiles => [ConfigurationFile];

    /// <inheritdoc/>
    public override IEnumerable<string> RelevantTargetNames => InvokedTargets;

    /// <inheritdoc/>
    public override IEnumerable<string> IrrelevantTargetNames => [];

    /// <inheritdoc/>
    public override CustomFileWriter CreateWriter(StreamWriter streamWriter) => new(streamWriter, indentationFactor: 2, commentPrefix: "#");

    /// <inheritdoc/>
    public override ConfigurationEntity GetConfiguration(IReadOnlyCollection<ExecutableTarget> relevantTargets)
    {
        var configuration = new GitHubActionsConfiguration
        {
            Name = name,
            ShortTriggers = On,
            DetailedTriggers = [.. GetTriggers()],
            Permissions =
            [
                .. WritePermissions.Select(x => (x, "write")),
                .. ReadPermissions.Select(x => (x, "read")),
            ],
            ConcurrencyGroup = ConcurrencyGroup,
            ConcurrencyCancelInProgress = ConcurrencyCancelInProgress,
            Jobs = [.. machines.Select(x => GetJobs(x, relevantTargets))],
        };
        Assert.True(configuration.ShortTriggers.Length == 0 || configuration.DetailedTriggers.Length == 0,
            $"The workflow '{name}' has both 'On' and 'On...' triggers: only one of them is possible");
        Assert.True(configuration.ShortTriggers.Length > 0 || configuration.DetailedTriggers.Length > 0,
            $"The workflow '{name}' has no trigger: set 'On' or one of the 'On...'");
        return configuration;
    }

    /// <summary>The job for a machine.</summary>
    protected virtual GitHubActionsJob GetJobs(GitHubActionsImage image, IReadOnlyCollection<ExecutableTarget> relevantTargets) => new()
    {
        Name = image.GetValue().Replace('.', '_'),
        Image = image,
        EnvironmentName = EnvironmentName,
        EnvironmentUrl = EnvironmentUrl,
        TimeoutMinutes = TimeoutMinutes,
        ConcurrencyGroup = JobConcurrencyGroup,
        ConcurrencyCancelInProgress = JobConcurrencyCancelInProgress,
        Steps = [.. Steps(relevantTargets)],
    };

    /// <summary>The environment variables that the build gets: inputs, secrets, the token.</summary>
    protected virtual IEnumerable<(string, string)> GetImports()
    {
        foreach (var input in OnWorkflowDispatchOptionalInputs.Concat(OnWorkflowDispatchRequiredInputs))
            yield return (input, $"${{{{ github.event.inputs.{input} }}}}");
        foreach (var secret in ImportSecrets)
            yield return (secret, $"${{{{ secrets.{ParameterName.UpperSnake(secret)} }}}}");
        if (EnableGitHubToken)
            yield return ("GITHUB_TOKEN", "${{ secrets.GITHUB_TOKEN }}");
    }

    /// <summary>What starts the workflow, with details.</summary>
    protected virtual IEnumerable<GitHubActionsDetailedTrigger> GetTriggers()
    {
        if (Any(OnPushBranches, OnPushBranchesIgnore, OnPushTags, OnPushTagsIgnore, OnPushIncludePaths, OnPushExcludePaths))
            yield return Push();
        if (Any(OnPullRequestBranches, OnPullRequestTags, OnPullRequestIncludePaths, OnPullRequestExcludePaths))
            yield return PullRequest();
        if (Any(OnWorkflowDispatchOptionalInputs, OnWorkflowDispatchRequiredInputs))
        {
            yield return new GitHubActionsWorkflowDispatchTrigger
            {
                OptionalInputs = OnWorkflowDispatchOptionalInputs,
                RequiredInputs = OnWorkflowDispatchRequiredInputs,
            };
        }

        if (OnCronSchedule is not null)
            yield return new GitHubActionsScheduledTrigger { Cron = OnCronSchedule };
    }

    IEnumerable<GitHubActionsStep> Steps(IReadOnlyCollection<ExecutableTarget> relevantTargets)
    {
        yield return new GitHubActionsCheckoutStep
        {
            Submodules = submodules,
            Lfs = lfs,
            FetchDepth = fetchDepth,
            Progress = progress,
            Filter = Filter,
        };
        if (CacheKeyFiles.Length > 0)
        {
            yield return new GitHubActionsCacheStep
            {
                IncludePatterns = CacheIncludePatterns,
                ExcludePatterns = CacheExcludePatterns,
                KeyFiles = CacheKeyFiles,
            };
        }

        yield return new GitHubActionsRunStep
        {
            BuildCmdPath = BuildCmdPath,
            InvokedTargets = InvokedTargets,
            Imports = GetImports().ToDictionary(x => x.Item1, x => x.Item2),
        };
        foreach (var artifact in PublishArtifacts ? Artifacts(relevantTargets) : [])
            yield return artifact;
    }

    // A pattern's folders up to the first wildcard: the upload action keeps folders.
    IEnumerable<GitHubActionsArtifactStep> Artifacts(IReadOnlyCollection<ExecutableTarget> targets)
        => targets.SelectMany(x => x.ArtifactProducts)
            .Select(x => AbsolutePath.Create(Path.Combine(NukeBuild.RootDirectory, x))
                .FindParentOrSelf(y => !y.ToString().Contains('*', StringComparison.Ordinal))!)
            .Distinct()
            .Select(x => new GitHubActionsArtifactStep
            {
                Name = x.Name,
                Path = Path.GetRelativePath(NukeBuild.RootDirectory, x).Replace('\\', '/'),
                Condition = PublishCondition,
            });

    GitHubActionsVcsTrigger Push()
    {
        Assert.True(!Any(OnPushBranches, OnPushTags) || !Any(OnPushBranchesIgnore, OnPushTagsIgnore),
            $"The workflow '{name}' both names and ignores branches or tags: only one of them is possible");
        return new GitHubActionsVcsTrigger
        {
            Kind = GitHubActionsTrigger.Push,
            Branches = OnPushBranches,
            BranchesIgnore = OnPushBranchesIgnore,
            Tags = OnPushTags,
            TagsIgnore = OnPushTagsIgnore,
            IncludePaths = OnPushIncludePaths,
            ExcludePaths = OnPushExcludePaths,
        };
    }

    GitHubActionsVcsTrigger PullRequest() => new()
    {
        Kind = GitHubActionsTrigger.PullRequest,
        Branches = OnPullRequestBranches,
        Tags = OnPullRequestTags,
        IncludePaths = OnPullRequestIncludePaths,
        ExcludePaths = OnPullRequestExcludePaths,
    };

    static bool Any(params string[][] lists) => lists.Any(x => x.Length > 0);
}
