using System.Net.Http.Headers;
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
    /// <param name="item">What is wanted.</param>
    /// <param name="force">Whether fields of other managers are taken over.</param>
    /// <param name="cancellation">Aborts.</param>
    /// <param name="seen">What was read of it under this permit; null reads it now.</param>
    /// <exception cref="ApplyConflictException">Another manager owns fields of it, and it is not forced.</exception>
    public async Task<KubernetesObject> ApplyAsync(KubernetesObject item, bool force, CancellationToken cancellation, KubernetesObject? seen = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            permit.ThrowIfExpired();
            var live = seen ?? await cluster.FindAsync(item.Key, cancellation);
            try
            {
                live = await TakeOverAsync(item, live, cancellation);
                return await SendAsync(new ApplyRequest(item, force, DryRun: false) { Seen = live }, cancellation);
            }
            catch (ApplyConflictException conflict) when (!force && live is not null && conflict.YieldsTo(live))
            {
                (force, seen) = (true, live);
            }
            catch (ClusterRefusedException overtaken) when (overtaken is { Status: 409, Conflicts.IsEmpty: true } && attempt < Attempts)
            {
                // Mostly by a controller that wrote the status.
                seen = null;
                await Task.Delay(Pause * attempt, time, cancellation);
            }
        }
    }

    /// <summary>Applies an object that this program keeps its books in, under the name that belongs to it; nobody else writes it.</summary>
    public async Task ApplyBookAsync(KubernetesObject item, string manager, CancellationToken cancellation)
    {
        permit.ThrowIfExpired();
        await SendAsync(new ApplyRequest(item, Force: true, DryRun: false) { Manager = manager }, cancellation);
    }

    // Two requests, since what kubectl holds cannot be given up and taken in one; the second one is safe without the first.
    async Task<KubernetesObject?> TakeOverAsync(KubernetesObject item, KubernetesObject? live, CancellationToken cancellation)
    {
        if (live is null || Takeover.Of(live, item) is not { } entries)
            return live;
        var resource = await cluster.Discovery.FindAsync(live.Key.ApiVersion, live.Kind, cancellation) ?? throw new UnknownKindException(cluster.Region, live.Key);
        var patch = new JsonArray(
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/managedFields", ["value"] = entries },
            new JsonObject { ["op"] = "replace", ["path"] = "/metadata/resourceVersion", ["value"] = live.Version });
        return new KubernetesObject(await permit.BoundAsync(token => cluster.Connection.RequireAsync(() =>
        {
            permit.ThrowIfExpired();
            var request = cluster.Connection.Request(HttpMethod.Patch, resource.PathOf(live.Key));
            request.Content = JsonContent.Create(patch, new MediaTypeHeaderValue("application/json-patch+json"));
            return request;
        }, token), cancellation));
    }

    Task<KubernetesObject> SendAsync(ApplyRequest apply, CancellationToken cancellation) =>
        permit.BoundAsync(token => cluster.SendAsync(apply, permit.ThrowIfExpired, token), cancellation);

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
