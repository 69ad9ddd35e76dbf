using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.GitOps;

/// <summary>Asks Argo CD to look at the repository and to sync; only a step's permit opens it.</summary>
sealed class ApplicationWriter(ClusterReader cluster, ChangePermit permit)
{
    /// <summary>Asks for a refresh; the answer is the Application as it is then.</summary>
    public Task<KubernetesObject> RefreshAsync(ObjectKey application, CancellationToken cancellation) => PatchAsync(application, new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ArgoApplication.RefreshAnnotation] = "normal" } },
    }, cancellation);

    /// <summary>Asks to sync a commit, with the options that the Application itself has; refused where it has changed meanwhile.</summary>
    public Task<KubernetesObject> SyncAsync(ArgoApplication application, string revision, bool prune, CancellationToken cancellation)
    {
        var sync = new JsonObject { ["revision"] = revision, ["prune"] = prune, ["syncStrategy"] = new JsonObject { ["hook"] = new JsonObject() } };
        if (application.Live.Json.At("spec", "syncPolicy", "syncOptions") is JsonArray options)
            sync["syncOptions"] = options.DeepClone();
        var operation = new JsonObject
        {
            ["initiatedBy"] = new JsonObject { ["username"] = Marks.Manager },
            ["info"] = new JsonArray(new JsonObject { ["name"] = "Deployment", ["value"] = permit.Deployment.Value }),
            ["sync"] = sync,
        };
        if (application.Live.Json.At("spec", "syncPolicy", "retry") is JsonObject retry)
            operation["retry"] = retry.DeepClone();
        return PatchAsync(application.Live.Key, new JsonObject { ["metadata"] = new JsonObject { ["resourceVersion"] = application.Live.Version }, ["operation"] = operation }, cancellation);
    }

    async Task<KubernetesObject> PatchAsync(ObjectKey key, JsonObject patch, CancellationToken cancellation)
    {
        var resource = await cluster.Discovery.FindAsync(key.ApiVersion, key.Kind, cancellation) ?? throw new UnknownKindException(cluster.Region, key);
        return new(await permit.BoundAsync(token => cluster.Connection.RequireAsync(() =>
        {
            permit.ThrowIfExpired();
            var request = cluster.Connection.Request(HttpMethod.Patch, $"{resource.PathOf(key)}?fieldManager={Marks.Manager}");
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(patch.ToJsonString())) { Headers = { ContentType = new MediaTypeHeaderValue("application/merge-patch+json") } };
            return request;
        }, token), cancellation));
    }
}
