namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The variables that a build and its functions see: the project's for this target, and Vercel's own.</summary>
static class VercelBuildEnvironment
{
    static readonly string[] CommitKeys = ["githubCommitSha", "gitCommitSha", "gitlabCommitSha", "bitbucketCommitSha"];

    public static IReadOnlyDictionary<string, string> Of(VercelCore core, VercelDeployment deployment)
    {
        var target = deployment.Target ?? "preview";
        var environment = core.State.Variables
            .Where(variable => variable.Target.Contains(target) && variable.GitBranch is null)
            .ToDictionary(variable => variable.Key, variable => variable.Value, StringComparer.Ordinal);
        environment["VERCEL"] = "1";
        environment["VERCEL_ENV"] = target;
        environment["VERCEL_TARGET_ENV"] = target;
        environment["VERCEL_URL"] = deployment.Host;
        environment["VERCEL_DEPLOYMENT_ID"] = deployment.Id;
        environment["VERCEL_PROJECT_ID"] = core.Options.ProjectId;
        environment["VERCEL_PROJECT_PRODUCTION_URL"] = core.Options.ProductionDomain;
        environment["VERCEL_REGION"] = "iad1";
        if (CommitOf(deployment) is { } commit)
            environment["VERCEL_GIT_COMMIT_SHA"] = commit;
        return environment;
    }

    static string? CommitOf(VercelDeployment deployment) =>
        Http.Json.Text(deployment.GitSource is { } source ? Http.Json.ParseObject(source) : null, "sha")
        ?? CommitKeys.Select(key => deployment.Meta.GetValueOrDefault(key)).FirstOrDefault(sha => sha is not null);
}
