using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Controllers;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>What a container of a pod wrote.</summary>
internal sealed class Logs(ClusterState state)
{
    public async Task Get(ApiRequest request)
    {
        var pod = state.Store.Find(request.Key) ?? throw ApiException.NotFound(request.Path.Kind, request.Name);
        var containers = pod.Items("spec", "containers").Select(item => item.Text("name")).ToList();
        var asked = request.Query("container");
        if (asked is null && containers.Count > 1)
            throw ApiException.BadRequest(
                $"a container name must be specified for pod {request.Name}, choose one of: [{string.Join(' ', containers)}]");
        if (asked is not null && !containers.Contains(asked))
            throw ApiException.BadRequest($"container {asked} is not valid for pod {request.Name}");
        var container = asked ?? containers[0]!;
        var lines = PodOutput.Of(state, pod, container, request.IsSet("previous"));
        if (int.TryParse(request.Query("tailLines"), out var tail)) lines = [.. lines.TakeLast(tail)];
        request.Http.Response.ContentType = "text/plain";
        await request.Http.Response.WriteAsync(string.Concat(lines.Select(line => line + "\n")), request.Cancelled);
    }
}
