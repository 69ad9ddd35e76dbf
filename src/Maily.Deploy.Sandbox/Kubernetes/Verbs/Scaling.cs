using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Patching;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>The scale subresource: how many replicas, and nothing else.</summary>
internal sealed class Scaling(ClusterState state, ObjectWriter writer)
{
    public async Task Handle(ApiRequest request)
    {
        var live = state.Store.Find(request.Key) ?? throw ApiException.NotFound(request.Path.Kind, request.Name);
        switch (request.Http.Request.Method)
        {
            case "GET":
                await request.Http.Write(200, Scale(live));
                break;
            case "PUT":
                var body = await request.BodyObject();
                await Change(request, _ => body);
                break;
            case "PATCH":
                var patch = await request.Body();
                await Change(request, obj => patch is JsonArray operations
                    ? JsonPatch.Apply(Scale(obj), operations, request.Path.Kind) : (JsonObject)MergePatch.Apply(Scale(obj), patch)!);
                break;
            default: throw ApiException.NoMethod(request.Http.Request.Method);
        }
    }

    async Task Change(ApiRequest request, Func<JsonObject, JsonObject> wanted)
    {
        var changed = writer.Update(request.Key, obj =>
        {
            var scale = wanted(obj);
            if (scale.At("metadata", "resourceVersion") is { } seen) obj.Meta()["resourceVersion"] = seen.DeepClone();
            obj.Child("spec")["replicas"] = scale.Number("spec", "replicas") ?? 0;
            return obj;
        }, WriteOptions.Of(request, state.Now));
        await request.Http.Write(200, Scale(changed));
    }

    static JsonObject Scale(JsonObject obj) => new()
    {
        ["kind"] = "Scale",
        ["apiVersion"] = "autoscaling/v1",
        ["metadata"] = new JsonObject
        {
            ["name"] = obj.Name(),
            ["namespace"] = obj.Namespace(),
            ["uid"] = obj.Uid(),
            ["resourceVersion"] = obj.Text("metadata", "resourceVersion"),
            ["creationTimestamp"] = obj.Text("metadata", "creationTimestamp"),
        },
        ["spec"] = new JsonObject { ["replicas"] = obj.Number("spec", "replicas") ?? 0 },
        ["status"] = new JsonObject
        {
            ["replicas"] = obj.Number("status", "replicas") ?? 0,
            ["selector"] = string.Join(",", Metadata.Strings(obj.Map("spec", "selector", "matchLabels")).Select(pair => $"{pair.Key}={pair.Value}")),
        },
    };
}
