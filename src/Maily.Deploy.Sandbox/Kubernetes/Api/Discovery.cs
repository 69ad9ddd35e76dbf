using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>What clients read to find out what is served.</summary>
internal sealed class Discovery(KindRegistry kinds)
{
    /// <summary>Null where the path is none of discovery's.</summary>
    public JsonObject? Document(string path) => path.Trim('/').Split('/') switch
    {
        ["version"] => Version(),
        ["api"] => new() { ["kind"] = "APIVersions", ["versions"] = new JsonArray("v1") },
        ["apis"] => new() { ["kind"] = "APIGroupList", ["apiVersion"] = "v1", ["groups"] = new JsonArray([.. Groups().Select(Group)]) },
        ["apis", var group] => Groups().Contains(group) ? Group(group) : throw ApiException.NoPath(),
        ["api", "v1"] => Resources("", "v1"),
        ["apis", var group, var version] => Resources(group, version),
        ["openapi", "v3"] => OpenApi.Index(kinds.All),
        ["openapi", "v3", "api", "v1"] => OpenApi.Of(kinds.All, "", "v1"),
        ["openapi", "v3", "apis", var group, var version] => OpenApi.Of(kinds.All, group, version),
        ["openapi", "v2"] => throw new ApiException(406, "NotAcceptable", "the embedded Kubernetes API has its OpenAPI document as version 3 only"),
        _ => null,
    };

    static JsonObject Version() => new()
    {
        ["major"] = "1",
        ["minor"] = "32",
        ["gitVersion"] = "v1.32.0+embedded",
        ["platform"] = "linux/amd64",
    };

    IEnumerable<string> Groups() => kinds.All.Select(kind => kind.Group).Where(group => group.Length > 0).Distinct();

    JsonObject Group(string group)
    {
        var versions = kinds.All.Where(kind => kind.Group == group).Select(kind => kind.Version).Distinct().Order(StringComparer.Ordinal)
            .Select(version => (JsonNode)new JsonObject { ["groupVersion"] = $"{group}/{version}", ["version"] = version }).ToList();
        return new JsonObject
        {
            ["kind"] = "APIGroup",
            ["apiVersion"] = "v1",
            ["name"] = group,
            ["versions"] = new JsonArray([.. versions]),
            ["preferredVersion"] = versions[0].DeepClone(),
        };
    }

    JsonObject Resources(string group, string version)
    {
        var served = kinds.All.Where(kind => kind.Group == group && kind.Version == version).ToList();
        if (served.Count == 0) throw ApiException.NoPath();
        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. served.SelectMany(Resources)]),
        };
    }

    static IEnumerable<JsonNode> Resources(ResourceKind kind)
    {
        yield return Resource(kind, kind.Plural, kind.Kind, "create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
        if (kind.HasStatus) yield return Resource(kind, $"{kind.Plural}/status", kind.Kind, "get", "patch", "update");
        if (kind.HasScale)
        {
            var scale = Resource(kind, $"{kind.Plural}/scale", "Scale", "get", "patch", "update");
            scale["group"] = "autoscaling";
            scale["version"] = "v1";
            yield return scale;
        }

        if (kind.Kind != "Pod") yield break;
        yield return Resource(kind, "pods/log", "Pod", "get");
        yield return Resource(kind, "pods/eviction", "Eviction", "create");
        yield return Resource(kind, "pods/binding", "Binding", "create");
    }

    static JsonNode Resource(ResourceKind kind, string name, string type, params string[] verbs)
    {
        var resource = new JsonObject
        {
            ["name"] = name,
            ["singularName"] = name.Contains('/') ? "" : kind.Kind.ToLowerInvariant(),
            ["namespaced"] = kind.IsNamespaced,
            ["kind"] = type,
            ["verbs"] = new JsonArray([.. verbs.Select(verb => (JsonNode)verb)]),
        };
        if (kind.ShortNames.Count > 0 && !name.Contains('/')) resource["shortNames"] = new JsonArray([.. kind.ShortNames.Select(item => (JsonNode)item)]);
        return resource;
    }
}
