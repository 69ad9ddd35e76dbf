using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>One field that is at fault.</summary>
internal sealed record Cause(string Reason, string Message, string Field);

/// <summary>A refusal, as the Status object that the API answers with.</summary>
internal sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code { get; } = code;

    public JsonObject Body() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["details"] = details?.DeepClone(),
        ["code"] = Code,
    };

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Internal(string message) => new(500, "InternalError", message);

    public static ApiException Expired(string message) => new(410, "Expired", message);

    public static ApiException NoPath() => new(404, "NotFound", "the server could not find the requested resource", []);

    public static ApiException NotImplemented(string what) => new(501, "NotImplemented", $"the embedded Kubernetes API does not do this: {what}");

    public static ApiException NoMethod(string verb) =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", new() { ["causes"] = new JsonArray(verb) });

    public static ApiException NoMediaType(string type, string supported) =>
        new(415, "UnsupportedMediaType", $"the body of the request was in an unknown format ({type}) - accepted media types include: {supported}");

    public static ApiException NotFound(ResourceKind kind, string name) =>
        new(404, "NotFound", $"{kind.Resource} \"{name}\" not found", Details(kind, name));

    public static ApiException AlreadyExists(ResourceKind kind, string name) =>
        new(409, "AlreadyExists", $"{kind.Resource} \"{name}\" already exists", Details(kind, name));

    public static ApiException Conflict(ResourceKind kind, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {kind.Resource} \"{name}\": {why}", Details(kind, name));

    public static ApiException Modified(ResourceKind kind, string name) => Conflict(
        kind, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Forbidden(ResourceKind kind, string name, string why, params Cause[] causes) =>
        new(403, "Forbidden", $"{kind.Resource} \"{name}\" is forbidden: {why}", Details(kind, name, causes));

    public static ApiException ApplyConflict(IReadOnlyList<Cause> causes, string message) =>
        new(409, "Conflict", message, new JsonObject { ["causes"] = Causes(causes) });

    public static ApiException Invalid(ResourceKind kind, string name, IReadOnlyList<Cause> causes)
    {
        var faults = causes.Select(cause => $"{cause.Field}: {cause.Message}").ToList();
        var text = faults.Count == 1 ? faults[0] : $"[{string.Join(", ", faults)}]";
        var details = Details(kind, name, causes);
        details["kind"] = kind.Kind;
        return new(422, "Invalid", $"{kind.GroupKind} \"{name}\" is invalid: {text}", details);
    }

    /// <summary>A query parameter that cannot be; the real API names the options' own kind.</summary>
    public static ApiException InvalidOption(string method, string field, string message)
    {
        var kind = method switch { "POST" => "CreateOptions", "PUT" => "UpdateOptions", "PATCH" => "PatchOptions", _ => "DeleteOptions" };
        return new(422, "Invalid", $"{kind}.meta.k8s.io \"\" is invalid: {field}: {message}", new JsonObject
        {
            ["group"] = "meta.k8s.io",
            ["kind"] = kind,
            ["causes"] = Causes([new Cause("FieldValueInvalid", message, field)]),
        });
    }

    static JsonObject Details(ResourceKind kind, string name, IReadOnlyList<Cause>? causes = null)
    {
        var details = new JsonObject { ["name"] = name };
        if (kind.Group.Length > 0) details["group"] = kind.Group;
        details["kind"] = kind.Plural;
        if (causes is { Count: > 0 }) details["causes"] = Causes(causes);
        return details;
    }

    static JsonArray Causes(IEnumerable<Cause> causes) =>
    [
        .. causes.Select(cause => (JsonNode)new JsonObject
        {
            ["reason"] = cause.Reason,
            ["message"] = cause.Message,
            ["field"] = cause.Field,
        }),
    ];
}
