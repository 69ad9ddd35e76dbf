using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Environment variables of the project.</summary>
sealed class VercelVariableApi(VercelCore core, VercelProjectApi projects)
{
    static readonly HashSet<string> Types = new(StringComparer.Ordinal) { "plain", "encrypted", "sensitive", "system" };
    static readonly HashSet<string> Targets = new(StringComparer.Ordinal) { "production", "preview", "development" };

    public IEnumerable<VercelRoute> Routes =>
    [
        VercelRoute.Of("GET", "v8|v9|v10", "/projects/{project}/env", Guarded(_ => List())),
        VercelRoute.Of("POST", "v9|v10", "/projects/{project}/env", Guarded(Create)),
        VercelRoute.Of("GET", "v1", "/projects/{project}/env/{id}", Guarded(call => On(call, Read))),
        VercelRoute.Of("PATCH", "v9|v10", "/projects/{project}/env/{id}", Guarded(call => On(call, variable => Patch(call, variable)))),
        VercelRoute.Of("DELETE", "v9|v10", "/projects/{project}/env/{id}", Guarded(call => On(call, Delete))),
    ];

    Func<VercelCall, VercelAnswer> Guarded(Func<VercelCall, VercelAnswer> handle) =>
        call => projects.Names(call["project"]) ? handle(call) : VercelAnswer.ProjectNotFound;

    VercelAnswer List() => VercelAnswer.Ok(new JsonObject
    {
        ["envs"] = new JsonArray([.. core.State.Variables.Select(variable => (JsonNode)Render(variable, variable.Type == "plain"))]),
        ["pagination"] = new JsonObject { ["count"] = core.State.Variables.Count, ["next"] = null, ["prev"] = null },
    });

    VercelAnswer Create(VercelCall call)
    {
        var items = call.Json is JsonArray many ? many.OfType<JsonObject>().ToList() : [call.Body];
        if (items.Select(Refusal).FirstOrDefault(refusal => refusal is not null) is { } refused)
            return refused;
        var wanted = items.ConvertAll(Parse);
        if (call.Query("upsert") != "true" && wanted.Find(Exists) is { } taken)
            return Conflict(taken);
        core.State.ChangeVariables(all => [.. all.Where(old => !wanted.Exists(next => Same(old, next))), .. wanted]);
        var created = wanted.ConvertAll(variable => (JsonNode)Render(variable, variable.Type == "plain"));
        return new VercelAnswer(201, new JsonObject
        {
            ["created"] = call.Json is JsonArray ? new JsonArray([.. created]) : created[0],
            ["failed"] = new JsonArray(),
        });
    }

    VercelAnswer Read(VercelVariable variable)
    {
        var shown = variable.Type != "sensitive";
        var body = Render(variable, shown);
        body["decrypted"] = shown;
        return VercelAnswer.Ok(body);
    }

    VercelAnswer Patch(VercelCall call, VercelVariable old)
    {
        var next = old with
        {
            Key = call.Body.Text("key") ?? old.Key,
            Value = call.Body.Text("value") ?? old.Value,
            Type = call.Body.Text("type") ?? old.Type,
            Target = call.Body["target"] is { } target ? TargetsOf(target) : old.Target,
            UpdatedAt = core.Now,
        };
        if (!Types.Contains(next.Type) || (old.Type == "sensitive" && next.Type != "sensitive"))
            return VercelAnswer.BadRequest("You cannot change the type of a Sensitive Environment Variable.");
        core.State.ChangeVariables(all => all.Replace(old, next));
        return VercelAnswer.Ok(Render(next, next.Type == "plain"));
    }

    VercelAnswer Delete(VercelVariable variable)
    {
        core.State.ChangeVariables(all => all.Remove(variable));
        return VercelAnswer.Ok(Render(variable, shown: false));
    }

    VercelAnswer On(VercelCall call, Func<VercelVariable, VercelAnswer> handle) =>
        core.State.Variables.FirstOrDefault(variable => variable.Id == call["id"]) is { } found
            ? handle(found)
            : VercelAnswer.Error(404, "not_found", "The environment variable was not found");

    static VercelAnswer? Refusal(JsonObject item)
    {
        if (new[] { "key", "value", "type" }.FirstOrDefault(name => item.Text(name) is null) is { } missing)
            return VercelAnswer.MissingProperty(missing);
        if (!Types.Contains(item.Text("type")!))
            return VercelAnswer.BadRequest("Invalid request: `type` should be equal to one of the allowed values \"system, encrypted, plain, sensitive\".");
        if (item["target"] is null)
            return VercelAnswer.MissingProperty("target");
        var targets = TargetsOf(item["target"]!);
        if (targets.Count == 0 || targets.Any(target => !Targets.Contains(target)))
            return VercelAnswer.BadRequest("Invalid request: `target` should be equal to one of the allowed values \"production, preview, development\".");
        return item.Text("type") == "sensitive" && targets.Contains("development")
            ? VercelAnswer.BadRequest("You cannot set a Sensitive Environment Variable's target to development.")
            : null;
    }

    VercelVariable Parse(JsonObject item) => new()
    {
        Id = VercelCore.NewId(""),
        Key = item.Text("key")!,
        Value = item.Text("value")!,
        Type = item.Text("type")!,
        Target = TargetsOf(item["target"]!),
        GitBranch = item.Text("gitBranch"),
        CreatedAt = core.Now,
        UpdatedAt = core.Now,
    };

    bool Exists(VercelVariable wanted) => core.State.Variables.Any(old => Same(old, wanted));

    static bool Same(VercelVariable a, VercelVariable b) =>
        a.Key == b.Key && a.GitBranch == b.GitBranch && a.Target.Any(target => b.Target.Contains(target));

    static VercelAnswer Conflict(VercelVariable taken) => VercelAnswer.Error(
        400,
        "ENV_CONFLICT",
        $"A variable with the name `{taken.Key}` already exists for the target {string.Join(',', taken.Target)} on branch {taken.GitBranch ?? "undefined"}",
        new JsonObject { ["envVarKey"] = taken.Key });

    static List<string> TargetsOf(JsonNode target) =>
        target is JsonArray many ? [.. many.Select(item => item?.ToString() ?? "")] : [target.ToString()];

    static JsonObject Render(VercelVariable variable, bool shown)
    {
        var json = new JsonObject
        {
            ["id"] = variable.Id,
            ["key"] = variable.Key,
            ["type"] = variable.Type,
            ["target"] = new JsonArray([.. variable.Target.Select(target => (JsonNode)target)]),
            ["createdAt"] = VercelJson.Milliseconds(variable.CreatedAt),
            ["updatedAt"] = VercelJson.Milliseconds(variable.UpdatedAt),
            ["configurationId"] = null,
        };
        if (variable.GitBranch is { } branch)
            json["gitBranch"] = branch;
        if (shown)
            json["value"] = variable.Value;
        return json;
    }
}
