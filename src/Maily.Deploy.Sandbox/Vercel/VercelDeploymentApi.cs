using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Deployments: create, read, cancel, delete.</summary>
sealed class VercelDeploymentApi(VercelCore core, VercelJson json, VercelLife life, VercelEdge edge, VercelProjectApi projects)
{
    readonly VercelDeploymentRequest requests = new(core, projects);

    public IEnumerable<VercelRoute> Routes =>
    [
        VercelRoute.Of("POST", "v12|v13", "/deployments", CreateAsync),
        VercelRoute.Of("GET", "v11|v12|v13", "/deployments/{id}", Get),
        VercelRoute.Of("GET", "v11", "/deployments/{id}/builds", Builds),
        VercelRoute.Of("PATCH", "v12", "/deployments/{id}/cancel", Cancel),
        VercelRoute.Of("DELETE", "v13", "/deployments/{id}", DeleteAsync),
    ];

    async Task<VercelAnswer?> CreateAsync(VercelCall call)
    {
        var (read, refusal) = requests.Read(call.Body);
        if (read is null)
            return refusal;
        var (deployment, unknown) = await WithSourceAsync(read, call.Body.Text("deploymentId"), call.Http.RequestAborted);
        if (deployment is null)
            return unknown;
        core.State.Add(deployment);
        life.Build(deployment);
        return VercelAnswer.Ok(json.Deployment(deployment));
    }

    async Task<(VercelDeployment? Deployment, VercelAnswer? Unknown)> WithSourceAsync(
        VercelDeployment deployment, string? original, CancellationToken cancellationToken)
    {
        if (original is null)
            return deployment.GitSource is null ? (deployment, null) : await FromGitAsync(deployment, cancellationToken);
        return core.State.Find(original) is { } source
            ? (Redeploy(deployment, source), null)
            : (null, VercelAnswer.DeploymentNotFound(original));
    }

    static VercelDeployment Redeploy(VercelDeployment deployment, VercelDeployment source) => deployment with
    {
        Files = source.Files,
        GitSource = source.GitSource,
        ProjectSettings = source.ProjectSettings,
        Source = "redeploy",
        Meta = source.Meta.Concat(deployment.Meta)
            .Append(new("originalDeploymentId", source.Id))
            .GroupBy(entry => entry.Key, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal),
    };

    async Task<(VercelDeployment? Deployment, VercelAnswer? Refusal)> FromGitAsync(VercelDeployment deployment, CancellationToken cancellationToken)
    {
        var source = Json.ParseObject(deployment.GitSource!);
        var commit = source.Text("sha") ?? source.Text("ref");
        if (source.Text("type") is null || commit is null || core.Options.GitRepository is not { } repository)
            return (null, IncorrectSource());
        var files = await VercelGit.FilesAsync(core.State, repository, commit, cancellationToken);
        return files is null ? (null, IncorrectSource()) : (deployment with { Files = files }, null);
    }

    static VercelAnswer IncorrectSource() => VercelAnswer.Error(
        400, "incorrect_git_source_info", "The provided gitSource is incorrect: the repository or the commit could not be found");

    VercelAnswer Get(VercelCall call) =>
        core.State.Find(call["id"]) is { } found ? VercelAnswer.Ok(json.Deployment(found)) : VercelAnswer.DeploymentNotFound(call["id"]);

    VercelAnswer Builds(VercelCall call)
    {
        if (core.State.Find(call["id"]) is not { } found)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        var build = new JsonObject
        {
            ["id"] = "bld_" + found.Id["dpl_".Length..],
            ["deploymentId"] = found.Id,
            ["entrypoint"] = ".",
            ["readyState"] = found.ReadyState,
            ["readyStateAt"] = VercelJson.Milliseconds(found.ReadyAt ?? found.CreatedAt),
            ["createdAt"] = VercelJson.Milliseconds(found.CreatedAt),
            ["output"] = new JsonArray(),
        };
        return VercelAnswer.Ok(new JsonObject { ["builds"] = new JsonArray(build) });
    }

    VercelAnswer Cancel(VercelCall call)
    {
        if (core.State.Find(call["id"]) is not { } found)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        var canceled = core.State.Change(found.Id, d => d.IsOver ? d : d with { ReadyState = "CANCELED", ReadyAt = core.Now });
        return canceled is { ReadyState: "CANCELED" }
            ? VercelAnswer.Ok(json.Deployment(canceled))
            : VercelAnswer.BadRequest($"Cannot cancel a deployment that is {found.ReadyState}.");
    }

    async Task<VercelAnswer?> DeleteAsync(VercelCall call)
    {
        if (core.State.Find(call.Query("url") ?? call["id"]) is not { } found)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        core.State.Remove(found.Id);
        await edge.WithdrawAsync(found.Id);
        return VercelAnswer.Ok(new JsonObject { ["uid"] = found.Id, ["state"] = "DELETED" });
    }
}
