using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>User, team and project.</summary>
sealed class VercelProjectApi(VercelCore core, VercelJson json)
{
    /// <summary>Properties of a project that this stand-in keeps or acts on; the real API refuses unknown ones too.</summary>
    static readonly HashSet<string> Patchable = new(StringComparer.Ordinal)
    {
        "autoAssignCustomDomains", "buildCommand", "commandForIgnoringBuildStep", "devCommand", "directoryListing", "framework",
        "gitForkProtection", "gitProviderOptions", "installCommand", "name", "nodeVersion", "outputDirectory", "previewDeploymentsDisabled",
        "publicSource", "rootDirectory", "serverlessFunctionRegion", "skewProtectionMaxAge", "ssoProtection", "passwordProtection",
    };

    public IEnumerable<VercelRoute> Routes =>
    [
        VercelRoute.Of("GET", "v2", "/user", _ => User()),
        VercelRoute.Of("GET", "v2", "/teams", _ => Teams()),
        VercelRoute.Of("GET", "v1|v2", "/teams/{team}", Team),
        VercelRoute.Of("GET", "", "/teams/{team}", Team),
        VercelRoute.Of("GET", "v9|v10", "/projects", _ => List()),
        VercelRoute.Of("GET", "v9|v10", "/projects/{project}", Get),
        VercelRoute.Of("PATCH", "v9|v10", "/projects/{project}", Patch),
    ];

    public bool Names(string idOrName) => core.State.Project is var project && (idOrName == project.Id || idOrName == project.Name);

    VercelAnswer User()
    {
        var user = VercelJson.Creator();
        user["id"] = user["uid"]!.GetValue<string>();
        user["name"] = "Sandbox";
        user["version"] = "northstar";
        user["defaultTeamId"] = core.Options.TeamId;
        user["softBlock"] = null;
        user["limited"] = false;
        return VercelAnswer.Ok(new JsonObject { ["user"] = user });
    }

    VercelAnswer Teams() => VercelAnswer.Ok(new JsonObject
    {
        ["teams"] = new JsonArray(json.Team()),
        ["pagination"] = new JsonObject { ["count"] = 1, ["next"] = null, ["prev"] = null },
    });

    VercelAnswer Team(VercelCall call) =>
        call["team"] == core.Options.TeamId || call["team"] == core.Options.TeamSlug
            ? VercelAnswer.Ok(json.Team())
            : VercelAnswer.Error(403, "forbidden", "Not authorized");

    VercelAnswer List() => VercelAnswer.Ok(new JsonObject
    {
        ["projects"] = new JsonArray(json.Project(core.State.Project)),
        ["pagination"] = new JsonObject { ["count"] = 1, ["next"] = null, ["prev"] = null },
    });

    VercelAnswer Get(VercelCall call) =>
        Names(call["project"]) ? VercelAnswer.Ok(json.Project(core.State.Project)) : VercelAnswer.ProjectNotFound;

    VercelAnswer Patch(VercelCall call)
    {
        if (!Names(call["project"]))
            return VercelAnswer.ProjectNotFound;
        if (call.Body.Select(property => property.Key).FirstOrDefault(key => !Patchable.Contains(key)) is { } unknown)
            return VercelAnswer.BadRequest($"Invalid request: should NOT have additional property `{unknown}`.");
        if (call.Body.ContainsKey("autoAssignCustomDomains") && call.Body.Flag("autoAssignCustomDomains") is null)
            return VercelAnswer.BadRequest("Invalid request: `autoAssignCustomDomains` should be boolean.");
        return VercelAnswer.Ok(json.Project(core.State.ChangeProject(project => Apply(project, call.Body))));
    }

    VercelProject Apply(VercelProject project, JsonObject body)
    {
        var settings = Json.ParseObject(project.Settings) ?? [];
        foreach (var (key, value) in body.Where(property => property.Key is not ("autoAssignCustomDomains" or "name")))
            settings[key] = value?.DeepClone();
        return project with
        {
            Name = body.Text("name") ?? project.Name,
            AutoAssignCustomDomains = body.Flag("autoAssignCustomDomains") ?? project.AutoAssignCustomDomains,
            Settings = settings.ToJsonString(),
            UpdatedAt = core.Now,
        };
    }
}
