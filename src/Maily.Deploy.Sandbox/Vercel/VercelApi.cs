using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The REST API: token, team, route, body, in this order.</summary>
sealed class VercelApi(VercelCore core, IReadOnlyList<VercelRoute> routes)
{
    public async Task HandleAsync(HttpContext context)
    {
        var answer = Refusal(context.Request) ?? await AnswerAsync(context);
        if (answer is not null)
            await Json.WriteAsync(context, answer.Status, answer.Body ?? new JsonObject());
    }

    VercelAnswer? Refusal(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return Forbidden("The request is missing an authentication token", "missingToken");
        if (header["Bearer ".Length..].Trim() != core.Options.Token)
            return Forbidden("Not authorized", "invalidToken");
        var team = request.Query["teamId"].FirstOrDefault() is { Length: > 0 } id ? id : request.Query["slug"].FirstOrDefault();
        return string.IsNullOrEmpty(team) || team == core.Options.TeamId || team == core.Options.TeamSlug
            ? null
            : VercelAnswer.Error(403, "forbidden", "Not authorized");
    }

    async Task<VercelAnswer?> AnswerAsync(HttpContext context)
    {
        foreach (var route in routes)
        {
            if (!HttpMethods.Equals(route.Method, context.Request.Method) || route.Path.Match(context.Request.Path.Value ?? "") is not { Success: true } path)
                continue;
            return await ReadBodyAsync(context.Request) is (var body, null)
                ? await route.Handle(new VercelCall(context, path, body))
                : VercelAnswer.BadRequest("Invalid JSON");
        }

        return VercelAnswer.NotFound("The requested API endpoint was not found");
    }

    /// <summary>The body as JSON; uploads are left for their own route.</summary>
    static async Task<(JsonNode? Body, Exception? Malformed)> ReadBodyAsync(HttpRequest request)
    {
        if (request.Path.Value?.EndsWith("/files", StringComparison.Ordinal) == true || request.Method == HttpMethods.Get)
            return (null, null);
        using var reader = new StreamReader(request.Body);
        var text = await reader.ReadToEndAsync(request.HttpContext.RequestAborted);
        try
        {
            return (text.Length == 0 ? null : JsonNode.Parse(text), null);
        }
        catch (JsonException malformed)
        {
            return (null, malformed);
        }
    }

    static VercelAnswer Forbidden(string message, string detail) =>
        VercelAnswer.Error(403, "forbidden", message, new JsonObject { [detail] = true });
}
