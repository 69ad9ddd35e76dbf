namespace Nuke.Common.CI.GitHubActions;

public partial class GitHubActionsAttribute
{
    GitHubActionsSubmodules? submodules;
    bool? lfs;
    uint? fetchDepth;
    bool? progress;

    /// <summary>What starts the workflow, without details.</summary>
    public GitHubActionsTrigger[] On { get; set; } = [];

    /// <summary>Starts on a push to these branches.</summary>
    public string[] OnPushBranches { get; set; } = [];

    /// <summary>Does not start on a push to these branches.</summary>
    public string[] OnPushBranchesIgnore { get; set; } = [];

    /// <summary>Starts on these pushed tags.</summary>
    public string[] OnPushTags { get; set; } = [];

    /// <summary>Does not start on these pushed tags.</summary>
    public string[] OnPushTagsIgnore { get; set; } = [];

    /// <summary>Starts on a push that changes these files.</summary>
    public string[] OnPushIncludePaths { get; set; } = [];

    /// <summary>Does not start on a push that changes only these files.</summary>
    public string[] OnPushExcludePaths { get; set; } = [];

    /// <summary>Starts on a pull request to these branches.</summary>
    public string[] OnPullRequestBranches { get; set; } = [];

    /// <summary>Starts on a pull request with these tags.</summary>
    public string[] OnPullRequestTags { get; set; } = [];

    /// <summary>Starts on a pull request that changes these files.</summary>
    public string[] OnPullRequestIncludePaths { get; set; } = [];

    /// <summary>Does not start on a pull request that changes only these files.</summary>
    public string[] OnPullRequestExcludePaths { get; set; } = [];

    /// <summary>Values that a person may give.</summary>
    public string[] OnWorkflowDispatchOptionalInputs { get; set; } = [];

    /// <summary>Values that a person must give.</summary>
    public string[] OnWorkflowDispatchRequiredInputs { get; set; } = [];

    /// <summary>Starts by the clock: cron's five fields, UTC.</summary>
    public string? OnCronSchedule { get; set; }

    /// <summary>Parameters whose values are secrets of the repository, named in upper snake case.</summary>
    public string[] ImportSecrets { get; set; } = [];

    /// <summary>Hands the job's token to the build.</summary>
    public bool EnableGitHubToken { get; set; }

    /// <summary>What the job's token may change.</summary>
    public GitHubActionsPermissions[] WritePermissions { get; set; } = [];

    /// <summary>What the job's token may read.</summary>
    public GitHubActionsPermissions[] ReadPermissions { get; set; } = [];

    /// <summary>Kept from run to run.</summary>
    public string[] CacheIncludePatterns { get; set; } = [".nuke/temp", "~/.nuget/packages"];

    /// <summary>Not kept from run to run.</summary>
    public string[] CacheExcludePatterns { get; set; } = [];

    /// <summary>A change of these starts the cache anew; empty for no cache.</summary>
    public string[] CacheKeyFiles { get; set; } = ["**/global.json", "**/*.csproj", "**/Directory.Packages.props"];

    /// <summary>Whether what targets produce is kept with the run.</summary>
    public bool PublishArtifacts { get; set; } = true;

    /// <summary>When it is kept; empty for after a success.</summary>
    public string? PublishCondition { get; set; }

    /// <summary>Minutes until the job is cancelled; 0 for GitHub's own limit.</summary>
    public int TimeoutMinutes { get; set; }

    /// <summary>GitHub's environment, whose rules and secrets apply.</summary>
    public string? EnvironmentName { get; set; }

    /// <summary>The environment's address.</summary>
    public string? EnvironmentUrl { get; set; }

    /// <summary>Runs of the same group wait for each other.</summary>
    public string? ConcurrencyGroup { get; set; }

    /// <summary>A newer run cancels an older one of the group.</summary>
    public bool ConcurrencyCancelInProgress { get; set; }

    /// <summary>Jobs of the same group wait for each other.</summary>
    public string? JobConcurrencyGroup { get; set; }

    /// <summary>A newer job cancels an older one of the group.</summary>
    public bool JobConcurrencyCancelInProgress { get; set; }

    /// <summary>The targets that the workflow runs.</summary>
    public string[] InvokedTargets { get; set; } = [];

    /// <summary>Which submodules are checked out.</summary>
    public GitHubActionsSubmodules Submodules
    {
        get => submodules ?? GitHubActionsSubmodules.False;
        set => submodules = value;
    }

    /// <summary>Whether large files are fetched.</summary>
    public bool Lfs
    {
        get => lfs ?? false;
        set => lfs = value;
    }

    /// <summary>How many commits are fetched; 0 for all.</summary>
    public uint FetchDepth
    {
        get => fetchDepth ?? 1;
        set => fetchDepth = value;
    }

    /// <summary>Whether the checkout shows its progress.</summary>
    public bool Progress
    {
        get => progress ?? true;
        set => progress = value;
    }

    /// <summary>A partial clone's filter.</summary>
    public string? Filter { get; set; }
}
