using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>As much of the OpenAPI document as kubectl needs to know that the server validates and dry-runs by itself.</summary>
internal static class OpenApi
{
    public static JsonObject Index(IEnumerable<ResourceKind> kinds)
    {
        var paths = kinds.Select(PathOf).Distinct().Select(path => KeyValuePair.Create(
            path, (JsonNode?)new JsonObject { ["serverRelativeURL"] = $"/openapi/v3/{path}" }));
        return new JsonObject { ["paths"] = new JsonObject(paths) };
    }

    public static JsonObject Of(IEnumerable<ResourceKind> kinds, string group, string version)
    {
        var served = kinds.Where(kind => kind.Group == group && kind.Version == version).ToList();
        if (served.Count == 0) throw ApiException.NoPath();
        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1.32.0" },
            ["paths"] = new JsonObject(served.Select(Path)),
            ["components"] = new JsonObject { ["schemas"] = new JsonObject(served.Select(Schema)) },
        };
    }

    static string PathOf(ResourceKind kind) => kind.Group.Length == 0 ? $"api/{kind.Version}" : $"apis/{kind.ApiVersion}";

    static KeyValuePair<string, JsonNode?> Path(ResourceKind kind)
    {
        var place = kind.IsNamespaced ? "namespaces/{namespace}/" : "";
        var patch = new JsonObject
        {
            ["operationId"] = $"patch{kind.Kind}",
            ["parameters"] = new JsonArray([.. new[] { "dryRun", "fieldManager", "fieldValidation", "force" }.Select(Parameter)]),
            ["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } },
            ["x-kubernetes-action"] = "patch",
            ["x-kubernetes-group-version-kind"] = Id(kind),
        };
        return KeyValuePair.Create($"/{PathOf(kind)}/{place}{kind.Plural}/{{name}}", (JsonNode?)new JsonObject { ["patch"] = patch });
    }

    static KeyValuePair<string, JsonNode?> Schema(ResourceKind kind) => KeyValuePair.Create(
        $"{kind.ApiVersion.Replace('/', '.')}.{kind.Kind}",
        (JsonNode?)new JsonObject { ["type"] = "object", ["x-kubernetes-group-version-kind"] = new JsonArray(Id(kind)) });

    static JsonNode Parameter(string name) => new JsonObject
    {
        ["name"] = name,
        ["in"] = "query",
        ["schema"] = new JsonObject { ["type"] = name == "force" ? "boolean" : "string", ["uniqueItems"] = true },
    };

    static JsonObject Id(ResourceKind kind) => new() { ["group"] = kind.Group, ["version"] = kind.Version, ["kind"] = kind.Kind };
}
