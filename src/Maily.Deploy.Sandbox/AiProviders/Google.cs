using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.AiProviders;

/// <summary>Google's Gemini API: <c>GET /v1beta/models</c> with <c>?key=</c> or <c>x-goog-api-key</c>.</summary>
sealed class Google(AiProvidersStandInOptions options) : IAiProvider
{
    const string Unregistered =
        "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API "
        + "consumer identity to call this API.";

    const string InvalidKey = "API key not valid. Please pass a valid API key.";

    public string Prefix => "/google";

    public AiAnswer Answer(HttpRequest request, string path)
    {
        var key = request.Query["key"].FirstOrDefault() ?? request.Headers["x-goog-api-key"].ToString();
        if (key.Length == 0)
            return Error(403, "PERMISSION_DENIED", Unregistered);
        if (key != options.GoogleKey)
            return Error(400, "INVALID_ARGUMENT", InvalidKey, KeyDetails());
        return request.Method == HttpMethods.Get && path is "/v1beta/models" or "/v1/models"
            ? new AiAnswer(200, new JsonObject { ["models"] = new JsonArray([.. options.GoogleModels.Select(Model)]) })
            : Error(404, "NOT_FOUND", "The requested URL was not found on this server.");
    }

    static JsonNode Model(string id) => new JsonObject
    {
        ["name"] = "models/" + id,
        ["version"] = "001",
        ["displayName"] = id,
        ["inputTokenLimit"] = 1_048_576,
        ["outputTokenLimit"] = 65_536,
        ["supportedGenerationMethods"] = new JsonArray("generateContent", "countTokens"),
    };

    static JsonArray KeyDetails() =>
    [
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.ErrorInfo",
            ["reason"] = "API_KEY_INVALID",
            ["domain"] = "googleapis.com",
            ["metadata"] = new JsonObject { ["service"] = "generativelanguage.googleapis.com" },
        },
        new JsonObject
        {
            ["@type"] = "type.googleapis.com/google.rpc.LocalizedMessage", ["locale"] = "en-US", ["message"] = InvalidKey,
        },
    ];

    static AiAnswer Error(int status, string code, string message, JsonArray? details = null)
    {
        var error = new JsonObject { ["code"] = status, ["message"] = message, ["status"] = code };
        if (details is not null)
            error["details"] = details;
        return new AiAnswer(status, new JsonObject { ["error"] = error });
    }
}
