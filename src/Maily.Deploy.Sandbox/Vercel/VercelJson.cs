using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The API's JSON for what the stand-in knows.</summary>
sealed class VercelJson(VercelCore core)
{
    public JsonObject Deployment(VercelDeployment deployment)
    {
        var json = Common(deployment);
        json["id"] = deployment.Id;
        json["status"] = deployment.ReadyState;
        json["version"] = 2;
        json["public"] = false;
        json["plan"] = "pro";
        json["regions"] = new JsonArray("iad1");
        json["ownerId"] = core.Options.TeamId;
        json["team"] = Team();
        json["project"] = new JsonObject { ["id"] = core.Options.ProjectId, ["name"] = deployment.Name };
        json["alias"] = new JsonArray([.. AliasesOf(deployment).Select(host => (JsonNode)host)]);
        json["autoAssignCustomDomains"] = deployment.AutoAssignCustomDomains;
        json["projectSettings"] = JsonNode.Parse(deployment.ProjectSettings);
        json["build"] = new JsonObject { ["env"] = new JsonArray() };
        json["env"] = new JsonArray();
        if (deployment.GitSource is { } source)
            json["gitSource"] = JsonNode.Parse(source);
        AddFailure(json, deployment);
        return json;
    }

    public JsonObject ListItem(VercelDeployment deployment)
    {
        var json = Common(deployment);
        json["uid"] = deployment.Id;
        json["state"] = deployment.ReadyState;
        json["created"] = Milliseconds(deployment.CreatedAt);
        json["isRollbackCandidate"] = deployment.ReadySubstate == "PROMOTED";
        return json;
    }

    public JsonObject Project(VercelProject project)
    {
        var json = Json.ParseObject(project.Settings) ?? [];
        json["id"] = project.Id;
        json["name"] = project.Name;
        json["accountId"] = core.Options.TeamId;
        json["createdAt"] = Milliseconds(project.CreatedAt);
        json["updatedAt"] = Milliseconds(project.UpdatedAt);
        json["autoAssignCustomDomains"] = project.AutoAssignCustomDomains;
        json["autoAssignCustomDomainsUpdatedBy"] = "system";
        json["live"] = false;
        json["directoryListing"] = false;
        if (project.Link is { } link)
            json["link"] = Link(link, project);
        json["alias"] = new JsonArray([.. core.ProductionHosts.Select(host => (JsonNode)new JsonObject
        {
            ["domain"] = host, ["environment"] = "production", ["target"] = "PRODUCTION", ["configuredBy"] = "A",
        })]);
        json["targets"] = Targets();
        json["latestDeployments"] = new JsonArray([.. core.State.Deployments.Take(3).Select(ListItem)]);
        json["lastAliasRequest"] = AliasRequest(project.LastAliasRequest);
        json["lastRollbackTarget"] = project.LastRollbackTarget is { } target ? new JsonObject { ["deploymentId"] = target } : null;
        return json;
    }

    public JsonObject Team() => new()
    {
        ["id"] = core.Options.TeamId, ["name"] = core.Options.TeamSlug, ["slug"] = core.Options.TeamSlug,
    };

    public static JsonObject Creator() => new() { ["uid"] = "usr_sandbox", ["username"] = "sandbox", ["email"] = "sandbox@maily.example" };

    public IEnumerable<string> AliasesOf(VercelDeployment deployment) =>
        core.State.Aliases.Where(alias => alias.Value == deployment.Id).Select(alias => alias.Key);

    public static long Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    JsonObject Common(VercelDeployment deployment)
    {
        var json = new JsonObject
        {
            ["name"] = deployment.Name,
            ["url"] = deployment.Host,
            ["projectId"] = core.Options.ProjectId,
            ["target"] = deployment.Target,
            ["readyState"] = deployment.ReadyState,
            ["type"] = "LAMBDAS",
            ["source"] = deployment.Source,
            ["creator"] = Creator(),
            ["createdAt"] = Milliseconds(deployment.CreatedAt),
            ["inspectorUrl"] = $"https://vercel.com/{core.Options.TeamSlug}/{deployment.Name}/{deployment.Id["dpl_".Length..]}",
            ["meta"] = JsonSerializer.SerializeToNode(deployment.Meta),
            ["aliasError"] = null,
            ["aliasAssigned"] = deployment is { ReadyState: "READY", ReadyAt: { } assigned } ? Milliseconds(assigned) : null,
        };
        if (deployment.ReadySubstate is { } substate)
            json["readySubstate"] = substate;
        if (deployment.BuildingAt is { } building)
            json["buildingAt"] = Milliseconds(building);
        if (deployment is { ReadyState: not "CANCELED", ReadyAt: { } ready })
            json["ready"] = Milliseconds(ready);
        return json;
    }

    static void AddFailure(JsonObject json, VercelDeployment deployment)
    {
        if (deployment is { ReadyState: "CANCELED", ReadyAt: { } at })
            json["canceledAt"] = Milliseconds(at);
        if (deployment.ErrorMessage is not { } message)
            return;
        json["errorCode"] = "BUILD_FAILED";
        json["errorMessage"] = message;
        json["errorStep"] = "buildStep";
    }

    static JsonObject Link(VercelGitLink link, VercelProject project) => new()
    {
        ["type"] = link.Type,
        ["org"] = link.Org,
        ["repo"] = link.Repo,
        ["repoId"] = link.RepoId,
        ["productionBranch"] = link.ProductionBranch,
        ["deployHooks"] = new JsonArray(),
        ["gitCredentialId"] = "cred_sandbox",
        ["sourceless"] = false,
        ["createdAt"] = Milliseconds(project.CreatedAt),
        ["updatedAt"] = Milliseconds(project.UpdatedAt),
    };

    JsonObject Targets() => core.State.Production is { } production
        ? new JsonObject { ["production"] = ProductionTarget(production) }
        : [];

    JsonObject ProductionTarget(VercelDeployment production)
    {
        var json = Common(production);
        json["id"] = production.Id;
        json["alias"] = new JsonArray([.. AliasesOf(production).Select(host => (JsonNode)host)]);
        return json;
    }

    static JsonObject? AliasRequest(VercelAliasRequest? request) => request is null
        ? null
        : new JsonObject
        {
            ["fromDeploymentId"] = request.FromDeploymentId,
            ["toDeploymentId"] = request.ToDeploymentId,
            ["jobStatus"] = request.JobStatus,
            ["requestedAt"] = Milliseconds(request.RequestedAt),
            ["type"] = request.Type,
        };
}
