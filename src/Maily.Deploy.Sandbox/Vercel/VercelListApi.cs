using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The list of deployments with its filters, and their build logs.</summary>
sealed class VercelListApi(VercelCore core, VercelJson json, VercelProjectApi projects)
{
    const int MaxLimit = 100;

    public IEnumerable<VercelRoute> Routes =>
    [
        VercelRoute.Of("GET", "v6|v7", "/deployments", List),
        VercelRoute.Of("GET", "v2|v3", "/deployments/{id}/events", EventsAsync),
        VercelRoute.Of("GET", "v2|v3", "/now/deployments/{id}/events", EventsAsync),
    ];

    VercelAnswer List(VercelCall call)
    {
        if (Limit(call) is not { } limit)
            return VercelAnswer.BadRequest("Invalid request: `limit` should be <= 100.");
        var project = call.Query("projectId") ?? call.Query("app");
        var found = project is null || projects.Names(project)
            ? core.State.Deployments.Where(deployment => Matches(call.Http.Request.Query, deployment)).ToList()
            : [];
        var page = found.Take(limit).ToList();
        return VercelAnswer.Ok(new JsonObject
        {
            ["deployments"] = new JsonArray([.. page.Select(json.ListItem)]),
            ["pagination"] = new JsonObject
            {
                ["count"] = page.Count,
                ["next"] = found.Count > limit ? VercelJson.Milliseconds(page[^1].CreatedAt) : null,
                ["prev"] = page.Count > 0 ? VercelJson.Milliseconds(page[0].CreatedAt) : null,
            },
        });
    }

    static int? Limit(VercelCall call)
    {
        if (call.Query("limit") is not { } text)
            return 20;
        return int.TryParse(text, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= MaxLimit ? limit : null;
    }

    static bool Matches(IQueryCollection query, VercelDeployment deployment)
    {
        var created = VercelJson.Milliseconds(deployment.CreatedAt);
        return Among(query["target"], deployment.Target ?? "preview")
            && Among(query["state"], deployment.ReadyState)
            && Among(query["sha"], deployment.Meta.GetValueOrDefault("githubCommitSha") ?? deployment.Meta.GetValueOrDefault("gitCommitSha") ?? "")
            && (Number(query["since"]) is not { } since || created > since)
            && (Number(query["until"]) is not { } until || created < until)
            && (Number(query["from"]) is not { } from || created < from)
            && query.Where(filter => filter.Key.StartsWith("meta-", StringComparison.Ordinal))
                .All(filter => deployment.Meta.GetValueOrDefault(filter.Key["meta-".Length..]) == filter.Value);
    }

    static bool Among(string? wanted, string actual) =>
        string.IsNullOrEmpty(wanted) || wanted.Split(',').Contains(actual, StringComparer.OrdinalIgnoreCase);

    static long? Number(string? text) => long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>An array, or with <c>format=lines</c> or <c>follow=1</c> one JSON object a line until the build is over.</summary>
    async Task<VercelAnswer?> EventsAsync(VercelCall call)
    {
        if (core.State.Find(call["id"]) is not { } found)
            return VercelAnswer.DeploymentNotFound(call["id"]);
        var follow = call.Query("follow") == "1";
        if (!follow && call.Query("format") != "lines")
            return VercelAnswer.Ok(new JsonArray([.. found.Events.Select((line, index) => (JsonNode)Render(found.Id, line, index))]));
        call.Http.Response.ContentType = "application/stream+json; charset=utf-8";
        var written = 0;
        while (true)
        {
            var now = core.State.Find(found.Id) ?? found;
            for (; written < now.Events.Count; written++)
                await call.Http.Response.WriteAsync(Render(now.Id, now.Events[written], written).ToJsonString() + "\n", call.Http.RequestAborted);
            await call.Http.Response.Body.FlushAsync(call.Http.RequestAborted);
            if (!follow || now.IsOver)
                return null;
            await core.PauseAsync(core.Options.BuildStep, call.Http.RequestAborted);
        }
    }

    static JsonObject Render(string deploymentId, VercelEvent line, int serial)
    {
        var at = VercelJson.Milliseconds(line.At);
        return new JsonObject
        {
            ["type"] = line.Type,
            ["created"] = at,
            ["date"] = at,
            ["deploymentId"] = deploymentId,
            ["id"] = $"{at}{serial:D9}",
            ["serial"] = $"{at}{serial:D9}",
            ["text"] = line.Text,
            ["info"] = new JsonObject { ["type"] = "build", ["name"] = "bld_" + deploymentId["dpl_".Length..], ["entrypoint"] = "." },
            ["payload"] = new JsonObject { ["deploymentId"] = deploymentId, ["text"] = line.Text, ["date"] = at, ["id"] = $"{at}{serial:D9}" },
        };
    }
}
