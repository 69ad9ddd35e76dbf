using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>Anthropic: <c>GET /v1/models</c> with <c>x-api-key</c> and <c>anthropic-version</c>.</summary>
sealed class Anthropic(AiProvidersStandInOptions options) : IAiProvider
{
    static readonly HashSet<string> Versions = new(StringComparer.Ordinal) { "2023-01-01", "2023-06-01" };

    public string Prefix => "/anthropic";

    public AiAnswer Answer(HttpRequest request, string path)
    {
        var key = request.Headers["x-api-key"].ToString();
        if (key.Length == 0)
            return Error(401, "authentication_error", "x-api-key header is required");
        if (key != options.AnthropicKey)
            return Error(401, "authentication_error", "invalid x-api-key");
        var version = request.Headers["anthropic-version"].ToString();
        if (version.Length == 0)
            return Error(400, "invalid_request_error", "anthropic-version: header is required");
        if (!Versions.Contains(version))
            return Error(400, "invalid_request_error", $"anthropic-version: \"{version}\" is not a valid version");
        return request.Method == HttpMethods.Get && path == "/v1/models"
            ? new AiAnswer(200, List())
            : Error(404, "not_found_error", "Not found");
    }

    JsonObject List() => new()
    {
        ["data"] = new JsonArray([.. options.AnthropicModels.Select(id => (JsonNode)new JsonObject
        {
            ["type"] = "model", ["id"] = id, ["display_name"] = id, ["created_at"] = "2025-05-14T00:00:00Z",
        })]),
        ["has_more"] = false,
        ["first_id"] = options.AnthropicModels is [var first, ..] ? first : null,
        ["last_id"] = options.AnthropicModels is [.., var last] ? last : null,
    };

    static AiAnswer Error(int status, string type, string message) => new(status, new JsonObject
    {
        ["type"] = "error",
        ["error"] = new JsonObject { ["type"] = type, ["message"] = message },
        ["request_id"] = "req_" + Guid.NewGuid().ToString("N")[..24],
    });
}
