using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>What the API answers.</summary>
sealed record VercelAnswer(int Status, JsonNode? Body)
{
    public static VercelAnswer Ok(JsonNode body) => new(200, body);

    public static VercelAnswer BadRequest(string message) => Error(400, "bad_request", message);

    public static VercelAnswer MissingProperty(string name) => BadRequest($"Invalid request: missing required property `{name}`.");

    public static VercelAnswer NotFound(string message) => Error(404, "not_found", message);

    public static VercelAnswer DeploymentNotFound(string idOrHost) =>
        NotFound($"Can't find the deployment \"{idOrHost}\" under the context");

    public static VercelAnswer ProjectNotFound { get; } = NotFound("Project not found");

    public static VercelAnswer Conflict(string message) => Error(409, "conflict", message);

    public static VercelAnswer Error(int status, string code, string message, JsonObject? details = null)
    {
        var error = details ?? [];
        error["code"] = code;
        error["message"] = message;
        return new VercelAnswer(status, new JsonObject { ["error"] = error });
    }
}
