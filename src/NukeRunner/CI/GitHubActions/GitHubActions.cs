using Nuke.Common.IO;
using Nuke.Common.Tooling;
using NukeRunner.Output;
using NukeRunner.Runs;

namespace Nuke.Common.CI.GitHubActions;

/// <summary>The job of GitHub Actions that the build runs in.</summary>
public class GitHubActions : Host, IBuildServer
{
    readonly IReadOnlyDictionary<string, string> variables;

    internal GitHubActions(IReadOnlyDictionary<string, string> variables) => this.variables = variables;

    /// <summary>The running job, or null elsewhere.</summary>
    public static GitHubActions? Instance => NukeBuild.Host as GitHubActions;

    /// <summary>The workflow's name.</summary>
    public string Workflow => Get("GITHUB_WORKFLOW");

    /// <summary>The step's id.</summary>
    public string Action => Get("GITHUB_ACTION");

    /// <summary>Who started the run.</summary>
    public string Actor => Get("GITHUB_ACTOR");

    /// <summary>Owner and name of the repository.</summary>
    public string Repository => Get("GITHUB_REPOSITORY");

    /// <summary>The repository's owner.</summary>
    public string RepositoryOwner => Get("GITHUB_REPOSITORY_OWNER");

    /// <summary>What started the run, such as <c>push</c>.</summary>
    public string EventName => Get("GITHUB_EVENT_NAME");

    /// <summary>The file with what started the run.</summary>
    public string EventPath => Get("GITHUB_EVENT_PATH");

    /// <summary>The folder of the checkout.</summary>
    public string Workspace => Get("GITHUB_WORKSPACE");

    /// <summary>The commit.</summary>
    public string Sha => Get("GITHUB_SHA");

    /// <summary>The full reference, such as <c>refs/heads/main</c>.</summary>
    public string Ref => Get("GITHUB_REF");

    /// <summary>The branch or tag.</summary>
    public string RefName => Get("GITHUB_REF_NAME");

    /// <summary>The source branch of a pull request.</summary>
    public string HeadRef => Get("GITHUB_HEAD_REF");

    /// <summary>The target branch of a pull request.</summary>
    public string BaseRef => Get("GITHUB_BASE_REF");

    /// <summary><c>branch</c> or <c>tag</c>.</summary>
    public string RefType => Get("GITHUB_REF_TYPE");

    /// <summary>How often the run was started, from 1.</summary>
    public long RunAttempt => Number("GITHUB_RUN_ATTEMPT");

    /// <summary>The run's number within its workflow.</summary>
    public long RunNumber => Number("GITHUB_RUN_NUMBER");

    /// <summary>The run's id.</summary>
    public long RunId => Number("GITHUB_RUN_ID");

    /// <summary>GitHub's address.</summary>
    public string ServerUrl => Get("GITHUB_SERVER_URL");

    /// <summary>The job's name in the workflow.</summary>
    public string Job => Get("GITHUB_JOB");

    /// <summary>The job's token, where the workflow hands it on.</summary>
    public string Token => Get("GITHUB_TOKEN");

    /// <summary>Whether a pull request started the run.</summary>
    public bool IsPullRequest => EventName == "pull_request";

    /// <summary>The file for the summary on the run's page, or null.</summary>
    public AbsolutePath? StepSummaryFile => Get("GITHUB_STEP_SUMMARY") is { Length: > 0 } file ? AbsolutePath.Create(file) : null;

    string? IBuildServer.Branch => RefName;

    string? IBuildServer.Commit => Sha;

    /// <summary>Starts a group that can be folded.</summary>
    public void Group(string group) => WriteCommand("group", group);

    /// <summary>Ends a group.</summary>
    public void EndGroup(string group) => WriteCommand("endgroup", group);

    /// <summary>Shows a message to those who debug the workflow.</summary>
    public void WriteDebug(string message) => WriteCommand("debug", message);

    /// <summary>Shows a warning on the run's page.</summary>
    public void WriteWarning(string message) => WriteCommand("warning", message);

    /// <summary>Shows an error on the run's page.</summary>
    public void WriteError(string message) => WriteCommand("error", message);

    /// <summary>Writes a workflow command.</summary>
    public void WriteCommand(
        string command, string? message = null, Configure<Dictionary<string, object>>? dictionaryConfigurator = null)
    {
        var properties = dictionaryConfigurator?.Invoke([]) ?? [];
        var text = string.Join(',', properties.Select(x => $"{x.Key}={GitHubActionsStyle.Escape(x.Value.ToString() ?? "")}"));
        string[] lines = [$"::{command}{(text.Length > 0 ? " " + text : "")}::{GitHubActionsStyle.Escape(message ?? "")}"];
        if (TargetScope.Current is { } target)
            target.Block.Lines(lines);
        else
            BuildRun.Current.Output.Lines(lines);
    }

    string Get(string name) => variables.GetValueOrDefault(name, "");

    long Number(string name) => long.TryParse(Get(name), out var number) ? number : 0;
}
