using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Patching;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>PUT and PATCH.</summary>
internal sealed class Changing(ClusterState state, ObjectWriter writer)
{
    const string JsonType = "application/json-patch+json";
    const string MergeType = "application/merge-patch+json";
    const string StrategicType = "application/strategic-merge-patch+json";
    const string ApplyType = "application/apply-patch+yaml";

    public async Task Put(ApiRequest request)
    {
        var body = await request.BodyObject();
        if (request.Path.Kind.IsCustom && body.Text("metadata", "resourceVersion") is null)
            throw ApiException.Invalid(request.Path.Kind, request.Name,
                [new Cause("FieldValueInvalid", "Invalid value: 0x0: must be specified for an update", "metadata.resourceVersion")]);
        await request.Write(200, writer.Update(request.Key, _ => body.Copy(), WriteOptions.Of(request, state.Now)));
    }

    public async Task Patch(ApiRequest request)
    {
        var options = WriteOptions.Of(request, state.Now);
        if (request.ContentType == ApplyType)
        {
            await Apply(request, options);
            return;
        }

        if (request.IsSet("force")) throw ApiException.InvalidOption("PATCH", "force", "Forbidden: may not be specified for non-apply patch");
        var patch = await request.Body() ?? throw ApiException.BadRequest("the patch is empty");
        await request.Write(200, writer.Update(request.Key, live => Patched(request, live, patch), options));
    }

    async Task Apply(ApiRequest request, WriteOptions options)
    {
        if (request.Query("fieldManager") is null)
            throw ApiException.InvalidOption("PATCH", "fieldManager", "Required value: is required for apply patch");
        var (obj, created) = writer.Apply(request.Key, await request.BodyObject(), request.IsSet("force"), options);
        await request.Write(created ? 201 : 200, obj);
    }

    static JsonObject Patched(ApiRequest request, JsonObject live, JsonNode patch)
    {
        var kind = request.Path.Kind;
        var patched = request.ContentType switch
        {
            JsonType => JsonPatch.Apply(live, patch as JsonArray ?? throw ApiException.BadRequest("a JSON patch is a list of operations"), kind),
            MergeType => MergePatch.Apply(live, patch),
            StrategicType when !kind.IsCustom => StrategicMergePatch.Apply(live, patch, kind.Schema),
            _ => throw ApiException.NoMediaType(request.ContentType, kind.IsCustom
                ? $"{JsonType}, {MergeType}, {ApplyType}" : $"{JsonType}, {MergeType}, {StrategicType}, {ApplyType}"),
        };
        return patched as JsonObject ?? throw ApiException.BadRequest("the patch does not leave an object");
    }
}
