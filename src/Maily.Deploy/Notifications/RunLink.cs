using Maily.Deploy.Secrets;

namespace Maily.Deploy.Notifications;

/// <summary>Where people watch a run.</summary>
public static class RunLink
{
    /// <summary>The address of the GitHub Actions run, from <c>GITHUB_*</c>; null elsewhere.</summary>
    public static Uri? From(Variables variables) =>
        variables.Find("GITHUB_REPOSITORY") is { } repository && variables.Find("GITHUB_RUN_ID") is { } run
        && Uri.TryCreate($"{variables.Find("GITHUB_SERVER_URL") ?? "https://github.com"}/{repository}/actions/runs/{run}", UriKind.Absolute, out var link)
            ? link
            : null;
}
