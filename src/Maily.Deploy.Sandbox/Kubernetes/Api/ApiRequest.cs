using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>One request about one resource, with its query read.</summary>
internal sealed class ApiRequest(HttpContext http, ResourcePath path, DateTimeOffset now)
{
    public HttpContext Http { get; } = http;

    public ResourcePath Path { get; } = path;

    public DateTimeOffset Now => now;

    public CancellationToken Cancelled => Http.RequestAborted;

    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    public bool IsSet(string name) => Query(name) is "true" or "1";

    public string Name => Path.Name ?? throw ApiException.NoMethod(Http.Request.Method);

    public ObjectKey Key => new(Path.Kind, Path.Namespace ?? "", Name);

    public string ContentType => Http.Request.ContentType?.Split(';')[0].Trim() ?? "application/json";

    /// <summary>Who writes: as asked, else the program in the User-Agent, as the real API does.</summary>
    public string FieldManager =>
        Query("fieldManager") ?? Http.Request.Headers.UserAgent.ToString().Split('/')[0] switch { "" => "unknown", var agent => agent };

    public bool IsStrict => Query("fieldValidation") == "Strict";

    /// <exception cref="ApiException">422: neither All nor nothing was asked for.</exception>
    public bool IsDryRun => Query("dryRun") switch
    {
        null => false,
        "All" => true,
        var other => throw ApiException.InvalidOption(Http.Request.Method, "dryRun", $"Unsupported value: \"{other}\": supported values: \"All\""),
    };

    /// <summary>The object itself, or a table of it where the client would rather print one.</summary>
    public JsonObject Shown(JsonObject obj) =>
        Tables.IsAsked(Http) ? Tables.Of(Path.Kind, [obj], obj.Text("metadata", "resourceVersion"), Now) : obj.Copy();

    public Task Write(int code, JsonObject obj) => Http.Write(code, Shown(obj));

    public async Task<JsonNode?> Body()
    {
        using var reader = new StreamReader(Http.Request.Body);
        var text = await reader.ReadToEndAsync(Cancelled);
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            return ContentType.EndsWith("yaml", StringComparison.Ordinal) ? Yaml.Read(text) : JsonNode.Parse(text);
        }
        catch (Exception fault) when (fault is JsonException or YamlDotNet.Core.YamlException)
        {
            throw ApiException.BadRequest($"the object provided is unrecognized: {fault.Message}");
        }
    }

    public async Task<JsonObject> BodyObject()
    {
        if (ContentType is not ("application/json" or "application/yaml" or "application/apply-patch+yaml" or "application/merge-patch+json"
            or "application/strategic-merge-patch+json"))
            throw ApiException.NoMediaType(ContentType, "application/json, application/yaml");
        return await Body() as JsonObject ?? throw ApiException.BadRequest("the body is not an object");
    }
}
