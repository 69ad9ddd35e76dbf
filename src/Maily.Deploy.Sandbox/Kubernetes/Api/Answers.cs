using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    public static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task Write(this HttpContext http, int code, JsonNode body)
    {
        http.Response.StatusCode = code;
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(Plain), http.RequestAborted);
    }

    public static JsonObject Deleted(ResourceKind kind, JsonObject obj) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Success",
        ["details"] = new JsonObject { ["name"] = obj.Name(), ["group"] = kind.Group, ["kind"] = kind.Plural, ["uid"] = obj.Uid() },
    };
}
