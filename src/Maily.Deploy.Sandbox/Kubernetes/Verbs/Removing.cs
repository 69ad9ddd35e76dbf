using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>DELETE of one object or of many, and eviction.</summary>
internal sealed class Removing(ClusterState state)
{
    readonly Deletion deletion = new(state);

    public async Task Delete(ApiRequest request)
    {
        var options = await DeleteOptions.Of(request);
        if (request.Path.Name is null)
        {
            await DeleteMany(request, options);
            return;
        }

        var (obj, gone) = deletion.Delete(request.Key, options);
        var kind = request.Path.Kind;
        await request.Http.Write(200, gone && kind.Kind != "Pod" ? Answers.Deleted(kind, obj) : obj);
    }

    public async Task Evict(ApiRequest request)
    {
        deletion.Delete(request.Key, new DeleteOptions());
        await request.Http.Write(201, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success", ["code"] = 201 });
    }

    async Task DeleteMany(ApiRequest request, DeleteOptions options)
    {
        var kind = request.Path.Kind;
        var (items, version) = new Reading(state).Selected(request);
        foreach (var item in items) deletion.Delete(new ObjectKey(kind, item.Namespace() ?? "", item.Name()), options);
        await request.Http.Write(200, new JsonObject
        {
            ["kind"] = $"{kind.Kind}List",
            ["apiVersion"] = kind.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = $"{version}" },
            ["items"] = new JsonArray([.. items.Select(item => item.DeepClone())]),
        });
    }
}
