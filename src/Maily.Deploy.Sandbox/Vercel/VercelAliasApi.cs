using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Who answers to which host name: aliases, promotion, rollback.</summary>
sealed class VercelAliasApi(VercelCore core, VercelJson json, VercelLife life, VercelProjectApi projects)
{
    public IEnumerable<VercelRoute> Routes =>
    [
        VercelRoute.Of("GET", "v2", "/deployments/{id}/aliases", Aliases),
        VercelRoute.Of("POST", "v2", "/deployments/{id}/aliases", Assign),
        VercelRoute.Of("POST", "v1|v9|v10", "/projects/{project}/promote/{id}", call => Move(call, "promote", PromotionRefusal)),
        VercelRoute.Of("POST", "v1|v9", "/projects/{project}/rollback/{id}", call => Move(call, "rollback", RollbackRefusal)),
        VercelRoute.Of("GET", "v1|v9", "/projects/{project}/promote/aliases", call => JobAliases(call, "promote")),
        VercelRoute.Of("GET", "v1|v9", "/projects/{project}/rollback/aliases", call => JobAliases(call, "rollback")),
    ];

    VercelAnswer Aliases(VercelCall call) => core.State.Find(call["id"]) is { } found
        ? VercelAnswer.Ok(new JsonObject
        {
            ["aliases"] = new JsonArray([.. json.AliasesOf(found).Select(host => (JsonNode)Render(host, found))]),
        })
        : VercelAnswer.DeploymentNotFound(call["id"]);

    VercelAnswer Assign(VercelCall call)
    {
        if (core.State.Find(call["id"]) is not { } found)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        if (call.Body.Text("alias") is not { Length: > 0 } alias)
            return VercelAnswer.MissingProperty("alias");
        if (found.ReadyState != "READY")
            return VercelAnswer.Error(400, "deployment_not_ready", "The deployment is not READY");
        var old = core.State.Aliases.GetValueOrDefault(alias.ToLowerInvariant());
        core.State.Alias(alias, found.Id);
        if (core.ProductionHosts.Contains(alias, StringComparer.OrdinalIgnoreCase))
            core.State.ChangeProject(project => project with { ProductionDeploymentId = found.Id });
        var body = Render(alias, found);
        body["oldDeploymentId"] = old;
        return VercelAnswer.Ok(body);
    }

    VercelAnswer Move(VercelCall call, string type, Func<VercelDeployment, VercelAnswer?> refusal)
    {
        if (!projects.Names(call["project"]))
            return VercelAnswer.ProjectNotFound;
        if (core.State.Find(call["id"]) is not { } wanted)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        if (refusal(wanted) is { } refused)
            return refused;
        var outcome = core.Faults.TakeAliasOutcome();
        if (outcome == "queued")
            return new VercelAnswer(202, new JsonObject());
        if (Begin(type, wanted) is not { } request)
            return VercelAnswer.Conflict("Another promotion or rollback of this project is in progress");
        life.MoveProduction(request, outcome);
        return new VercelAnswer(201, new JsonObject());
    }

    /// <summary>Enters the request, unless one is running; both under one lock.</summary>
    VercelAliasRequest? Begin(string type, VercelDeployment wanted)
    {
        VercelAliasRequest? begun = null;
        core.State.ChangeProject(project =>
        {
            if (project.LastAliasRequest is { IsRunning: true })
                return project;
            begun = new VercelAliasRequest(type, project.ProductionDeploymentId, wanted.Id, "pending", core.Now);
            return project with { LastAliasRequest = begun, UpdatedAt = core.Now };
        });
        return begun;
    }

    VercelAnswer? PromotionRefusal(VercelDeployment wanted)
    {
        if (wanted.ReadyState != "READY")
            return VercelAnswer.Error(400, "deployment_not_ready", $"The deployment cannot be promoted because it is {wanted.ReadyState}");
        if (wanted.Target != "production")
            return VercelAnswer.BadRequest("Only production deployments can be promoted: a preview has to be built again");
        return core.State.Project is { ProductionDeploymentId: { } current, LastAliasRequest: not { IsRunning: true } } && current == wanted.Id
            ? VercelAnswer.Conflict($"The deployment \"{wanted.Id}\" is already the current production deployment")
            : null;
    }

    VercelAnswer? RollbackRefusal(VercelDeployment wanted)
    {
        if (wanted is not { ReadyState: "READY", Target: "production", ReadySubstate: "PROMOTED" })
            return VercelAnswer.BadRequest("Only a deployment that has served production can be rolled back to");
        return core.State.Project.ProductionDeploymentId == wanted.Id
            ? VercelAnswer.Conflict($"The deployment \"{wanted.Id}\" is already the current production deployment")
            : null;
    }

    VercelAnswer JobAliases(VercelCall call, string type)
    {
        if (!projects.Names(call["project"]))
            return VercelAnswer.ProjectNotFound;
        var job = core.State.Project.LastAliasRequest;
        var shown = job is not null && job.Type == type && (call.Query("failedOnly") != "true" || job.JobStatus == "failed");
        var items = shown ? core.ProductionHosts.Select(host => (JsonNode)JobAlias(host, job!)).ToArray() : [];
        return VercelAnswer.Ok(new JsonObject
        {
            ["aliases"] = new JsonArray(items),
            ["pagination"] = new JsonObject { ["count"] = items.Length, ["next"] = null, ["prev"] = null },
        });
    }

    JsonObject JobAlias(string host, VercelAliasRequest job) => new()
    {
        ["id"] = "als_" + host,
        ["status"] = job.JobStatus == "succeeded" ? "completed" : job.JobStatus,
        ["alias"] = new JsonObject { ["alias"] = host, ["deploymentId"] = core.State.Aliases.GetValueOrDefault(host) },
    };

    static JsonObject Render(string host, VercelDeployment deployment) => new()
    {
        ["uid"] = "als_" + host, ["alias"] = host, ["created"] = deployment.CreatedAt.ToString("O"), ["redirect"] = null,
    };
}
