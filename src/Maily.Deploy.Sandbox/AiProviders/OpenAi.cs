using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>OpenAI: <c>GET /v1/models</c> with a bearer token.</summary>
sealed class OpenAi(AiProvidersStandInOptions options) : IAiProvider
{
    const string Scheme = "Bearer ";

    public string Prefix => "/openai";

    public AiAnswer Answer(HttpRequest request, string path)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return Error(401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", null);
        var key = header[Scheme.Length..].Trim();
        if (key != options.OpenAiKey)
            return Error(401, $"Incorrect API key provided: {Shown(key)}. You can find your API key at https://platform.openai.com/account/api-keys.", "invalid_api_key");
        if (request.Method == HttpMethods.Get && path == "/v1/models")
            return new AiAnswer(200, new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. options.OpenAiModels.Select(Model)]) });
        if (request.Method != HttpMethods.Get || !path.StartsWith("/v1/models/", StringComparison.Ordinal))
            return Error(404, $"Invalid URL ({request.Method} {path})", null);
        var id = path["/v1/models/".Length..];
        return options.OpenAiModels.Contains(id)
            ? new AiAnswer(200, (JsonObject)Model(id))
            : Error(404, $"The model '{id}' does not exist", "model_not_found");
    }

    static JsonNode Model(string id) => new JsonObject { ["id"] = id, ["object"] = "model", ["created"] = 1_715_367_049, ["owned_by"] = "system" };

    /// <summary>As OpenAI shows a wrong key: its ends, and stars between.</summary>
    static string Shown(string key) => key.Length <= 12 ? new string('*', key.Length) : $"{key[..8]}{new string('*', key.Length - 12)}{key[^4..]}";

    static AiAnswer Error(int status, string message, string? code) => new(status, new JsonObject
    {
        ["error"] = new JsonObject { ["message"] = message, ["type"] = "invalid_request_error", ["param"] = null, ["code"] = code },
    });
}
