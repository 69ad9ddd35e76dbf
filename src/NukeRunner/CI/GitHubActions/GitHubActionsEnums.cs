using NukeRunner.Parameters;

namespace Nuke.Common.CI.GitHubActions;

/// <summary>The machine that a job runs on.</summary>
public enum GitHubActionsImage
{
    /// <summary>windows-2022</summary>
    WindowsServer2022,

    /// <summary>windows-2019</summary>
    WindowsServer2019,

    /// <summary>ubuntu-24.04</summary>
    Ubuntu2404,

    /// <summary>ubuntu-22.04</summary>
    Ubuntu2204,

    /// <summary>ubuntu-20.04</summary>
    Ubuntu2004,

    /// <summary>ubuntu-18.04</summary>
    Ubuntu1804,

    /// <summary>macos-14</summary>
    MacOs14,

    /// <summary>macos-12</summary>
    MacOs12,

    /// <summary>macos-11</summary>
    MacOs11,

    /// <summary>macos-10.15</summary>
    MacOs1015,

    /// <summary>windows-latest</summary>
    WindowsLatest,

    /// <summary>ubuntu-latest</summary>
    UbuntuLatest,

    /// <summary>macos-latest</summary>
    MacOsLatest,

    /// <summary>self-hosted</summary>
    SelfHosted,
}

/// <summary>What a job's token may be allowed to do.</summary>
public enum GitHubActionsPermissions
{
    /// <summary>actions</summary>
    Actions,

    /// <summary>checks</summary>
    Checks,

    /// <summary>contents</summary>
    Contents,

    /// <summary>deployments</summary>
    Deployments,

    /// <summary>id-token</summary>
    IdToken,

    /// <summary>issues</summary>
    Issues,

    /// <summary>discussions</summary>
    Discussions,

    /// <summary>packages</summary>
    Packages,

    /// <summary>pages</summary>
    Pages,

    /// <summary>pull-requests</summary>
    PullRequests,

    /// <summary>repository-projects</summary>
    RepositoryProjects,

    /// <summary>security-events</summary>
    SecurityEvents,

    /// <summary>statuses</summary>
    Statuses,
}

/// <summary>Which submodules are checked out.</summary>
public enum GitHubActionsSubmodules
{
    /// <summary>None.</summary>
    False,

    /// <summary>Those of the repository.</summary>
    True,

    /// <summary>Those of submodules too.</summary>
    Recursive,
}

/// <summary>What starts a workflow.</summary>
public enum GitHubActionsTrigger
{
    /// <summary>A push.</summary>
    Push,

    /// <summary>A pull request.</summary>
    PullRequest,

    /// <summary>A person.</summary>
    WorkflowDispatch,
}

/// <summary>The texts that stand for the values in a workflow.</summary>
internal static class GitHubActionsValues
{
    public static string GetValue(this GitHubActionsImage image) => image switch
    {
        GitHubActionsImage.WindowsServer2022 => "windows-2022",
        GitHubActionsImage.WindowsServer2019 => "windows-2019",
        GitHubActionsImage.Ubuntu2404 => "ubuntu-24.04",
        GitHubActionsImage.Ubuntu2204 => "ubuntu-22.04",
        GitHubActionsImage.Ubuntu2004 => "ubuntu-20.04",
        GitHubActionsImage.Ubuntu1804 => "ubuntu-18.04",
        GitHubActionsImage.MacOs14 => "macos-14",
        GitHubActionsImage.MacOs12 => "macos-12",
        GitHubActionsImage.MacOs11 => "macos-11",
        GitHubActionsImage.MacOs1015 => "macos-10.15",
        GitHubActionsImage.WindowsLatest => "windows-latest",
        GitHubActionsImage.UbuntuLatest => "ubuntu-latest",
        GitHubActionsImage.MacOsLatest => "macos-latest",
        _ => "self-hosted",
    };

    public static string GetValue(this GitHubActionsPermissions permission) => ParameterName.Dashed(permission.ToString());

    public static string GetValue(this GitHubActionsTrigger trigger)
        => string.Join('_', ParameterName.Words(trigger.ToString())).ToLowerInvariant();
}
