using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.GitOps;

/// <summary>
/// The Secrets that committed manifests name. Their values never reach the repository: they are made in the cluster itself, before
/// the commit that names them, and stay as long as a recent commit does.
/// </summary>
sealed class CommittedSecrets(ClusterReader cluster, ClusterSettings clusters, ImmutableArray<ClusterSecret> secrets)
{
    // As many releases as a cluster keeps of what is applied.
    const int KeptCommits = 10;

    readonly SecretVault vault = new(cluster, clusters.Namespace) { IsCommitted = true };

    /// <summary>The manifests with the names that the Secrets have in the cluster; null while it has no key for them.</summary>
    public async Task<ReleaseManifests?> NameAsync(ReleaseManifests manifests, CancellationToken cancellation) =>
        await vault.FindNamesAsync(secrets, cancellation) is { } names ? manifests.Select(names.Rewrite) : null;

    /// <summary>Makes what is missing, and gives the manifests with its names.</summary>
    public async Task<ReleaseManifests> EnsureAsync(ClusterWriter writer, ReleaseManifests manifests, DeploymentId deployment, CancellationToken cancellation)
    {
        if (secrets.IsEmpty)
            return manifests;
        // Argo CD makes it with the rest, which is too late for what lies in it; where no manifest declares it, it is there or is missed.
        if (manifests.Objects.Any(item => item.Key == Space) && await cluster.FindAsync(Space, cancellation) is null)
            await writer.ApplyAsync(Marked(deployment), force: true, cancellation);
        return manifests.Select((await vault.EnsureAsync(writer, secrets, deployment, cancellation)).Rewrite);
    }

    /// <summary>What the manifests name and the cluster lacks.</summary>
    public async Task<ImmutableArray<string>> MissingAsync(CancellationToken cancellation) =>
        await vault.FindNamesAsync(secrets, cancellation) is { } names ? await vault.MissingAsync(names, cancellation) : [.. secrets.Select(secret => $"Secret {secret.Name}: absent")];

    /// <summary>Removes those that neither a recent commit to the folder nor a release that was applied names.</summary>
    public async Task ExpireAsync(ClusterWriter writer, ManifestsClone clone, string path, ImmutableArray<KubernetesObject> committed, DeploymentId atWork, CancellationToken cancellation)
    {
        if (!await vault.HasAnyAsync(cancellation))
            return;
        var retained = await ReleaseArchive.ListAllAsync(cluster, clusters.Namespace, cancellation);
        var history = await clone.HistoryAsync(path, KeptCommits, cancellation);
        await vault.RemoveUnusedAsync(writer, committed.Concat(retained.SelectMany(release => release.ToObjects())), atWork, cancellation, name => history.Contains(name, StringComparison.Ordinal));
    }

    /// <summary>Removes what a deployment that is taken back made and nothing names any more.</summary>
    public async Task ForgetAsync(ClusterWriter writer, ImmutableArray<KubernetesObject> former, DeploymentId deployment, CancellationToken cancellation)
    {
        var retained = await ReleaseArchive.ListAllAsync(cluster, clusters.Namespace, cancellation);
        var named = former.Concat(retained.SelectMany(release => release.ToObjects()));
        await vault.RemoveUnusedAsync(writer, named, atWork: null, cancellation, isKept: null, madeBy: deployment);
        await vault.RemoveKeyAsync(writer, deployment, cancellation);
        // One that Argo CD never came to take over; else it has removed it.
        if (await cluster.FindAsync(Space, cancellation) is { } space && space.Annotation(Marks.MadeFor) == DeployK8sStage.Standard && space.Annotation(Marks.Deployment) == deployment.Value
            && space.Annotation(ArgoApplication.TrackingAnnotation) is null && former.All(item => item.Key != Space))
            await writer.DeleteAsync(space, cancellation);
    }

    ObjectKey Space => new("v1", "Namespace", null, clusters.Namespace);

    KubernetesObject Marked(DeploymentId deployment) => new(new JsonObject
    {
        ["apiVersion"] = Space.ApiVersion, ["kind"] = Space.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = Space.Name, ["annotations"] = new JsonObject { [Marks.MadeFor] = DeployK8sStage.Standard, [Marks.Deployment] = deployment.Value },
        },
    });
}
