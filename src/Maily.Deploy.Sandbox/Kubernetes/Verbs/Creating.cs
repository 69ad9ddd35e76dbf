using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>POST.</summary>
internal sealed class Creating(ClusterState state, ObjectWriter writer)
{
    public async Task Create(ApiRequest request)
    {
        var kind = request.Path.Kind;
        if (kind.IsNamespaced && request.Path.Namespace is null) throw ApiException.NoMethod("POST");
        var created = writer.Create(kind, request.Path.Namespace, await request.BodyObject(), WriteOptions.Of(request, state.Now));
        await request.Write(201, created);
    }

    /// <summary>What a scheduler does: puts a pod on a node.</summary>
    public async Task Bind(ApiRequest request)
    {
        var node = (await request.BodyObject()).Text("target", "name") ?? throw ApiException.BadRequest("target.name is missing");
        writer.Update(request.Key, pod =>
        {
            if (pod.Text("spec", "nodeName") is { Length: > 0 } given)
                throw ApiException.Conflict(request.Path.Kind, request.Name, $"pod {request.Name} is already assigned to node \"{given}\"");
            pod.Child("spec")["nodeName"] = node;
            return pod;
        }, WriteOptions.Of(request, state.Now));
        await request.Http.Write(201, new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["status"] = "Success", ["code"] = 201 });
    }
}
