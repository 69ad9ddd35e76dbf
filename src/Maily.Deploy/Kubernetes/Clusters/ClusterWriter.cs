using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>
/// Changes one cluster; only a step's permit opens it. A change names the version of the object that was read while the permit
/// held, so that the API itself refuses it once a later holder of the lease has been at the object.
/// </summary>
sealed class ClusterWriter(ClusterReader cluster, ChangePermit permit, TimeProvider time)
{
    const int Attempts = 10;

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Applies the object server-side under this program's name. Safe to repeat.</summary>
    /// <exception cref="ApplyConflictException">Another manager owns fields of it, and it is not forced.</exception>
    public async Task<KubernetesObject> ApplyAsync(KubernetesObject item, bool force, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            permit.ThrowIfExpired();
            var live = await cluster.FindAsync(item.Key, cancellation);
            try
            {
                var apply = new ApplyRequest(item, force, DryRun: false) { Seen = live };
                return await permit.BoundAsync(token => cluster.SendAsync(apply, permit.ThrowIfExpired, token), cancellation);
            }
            catch (ClusterRefusedException overtaken) when (overtaken is { Status: 409, Conflicts.IsEmpty: true } && attempt < Attempts)
            {
                // Mostly by a controller that wrote the status.
                await Task.Delay(Pause * attempt, time, cancellation);
            }
        }
    }

    /// <summary>Deletes exactly this object, not another one that has its name by now. One that is gone is fine.</summary>
    public async Task DeleteAsync(KubernetesObject live, CancellationToken cancellation)
    {
        var resource = await cluster.Discovery.FindAsync(live.Key.ApiVersion, live.Kind, cancellation) ?? throw new UnknownKindException(cluster.Region, live.Key);
        var options = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "DeleteOptions", ["propagationPolicy"] = "Background",
            ["preconditions"] = new JsonObject { ["uid"] = live.Uid },
        };
        await permit.BoundAsync(token => cluster.Connection.FindAsync(() =>
        {
            permit.ThrowIfExpired();
            var request = cluster.Connection.Request(HttpMethod.Delete, resource.PathOf(live.Key));
            request.Content = JsonContent.Create(options);
            return request;
        }, token), cancellation);
    }
}
