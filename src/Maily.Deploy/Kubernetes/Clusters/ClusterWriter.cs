using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>Changes one cluster; only a step's permit opens it, and each attempt asks it again.</summary>
sealed class ClusterWriter(ClusterReader cluster, ChangePermit permit)
{
    /// <summary>Applies the object server-side under this program's name. Safe to repeat.</summary>
    /// <exception cref="ApplyConflictException">Another manager owns fields of it, and it is not forced.</exception>
    public Task<KubernetesObject> ApplyAsync(KubernetesObject item, bool force, CancellationToken cancellation) =>
        cluster.SendAsync(new ApplyRequest(item, force, DryRun: false), permit.ThrowIfExpired, cancellation);

    /// <summary>Deletes exactly this object, not another one that has its name by now. One that is gone is fine.</summary>
    public async Task DeleteAsync(KubernetesObject live, CancellationToken cancellation)
    {
        var resource = await cluster.Discovery.FindAsync(live.Key.ApiVersion, live.Kind, cancellation) ?? throw new UnknownKindException(cluster.Region, live.Key);
        var options = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Background",
            ["preconditions"] = new JsonObject { ["uid"] = live.Uid },
        };
        await cluster.Connection.FindAsync(() =>
        {
            permit.ThrowIfExpired();
            var request = cluster.Connection.Request(HttpMethod.Delete, resource.PathOf(live.Key));
            request.Content = JsonContent.Create(options);
            return request;
        }, cancellation);
    }
}
