using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>The release of one stage in one region's cluster: what is wanted there, its Secrets and its record.</summary>
sealed class RegionRelease(ClusterReader cluster, ClusterSettings settings, string stage, ReleaseManifests manifests)
{
    /// <summary>The Secrets.</summary>
    public SecretVault Vault { get; } = new(cluster, settings.Namespace);

    /// <summary>The records.</summary>
    public ReleaseArchive Archive { get; } = new(cluster, settings.Namespace, stage);

    /// <summary>The release as the cluster takes it, with the names that the Secrets have there.</summary>
    public async Task<RegionManifests> PlaceAsync(ImmutableArray<ClusterSecret> secrets, DeploymentId deployment, CancellationToken cancellation)
    {
        var names = await Vault.FindNamesAsync(secrets, cancellation);
        var marked = (await NamespaceAsync(cancellation) is { } space ? Named(names).With(space) : Named(names)).MarkedBy(deployment);
        var parent = await new ApplySetReader(cluster, settings).LocateAsync(marked, cancellation);
        var placed = await new Placement(cluster, settings.Namespace, marked).PlaceAsync(marked, cancellation);
        return new([.. placed.Select(parent.Enrol)], parent, names);
    }

    /// <summary>The hash of the manifests under these names: a changed secret makes another release.</summary>
    public string HashOf(SecretNames names) => Named(names).Hash;

    /// <summary>Writes the record as the last act, and removes what no retained release needs.</summary>
    public async Task RecordAsync(ClusterWriter writer, DeploymentContext context, SecretNames names, ImmutableArray<KubernetesObject> applied, CancellationToken cancellation)
    {
        var former = context.Live?.Deployment;
        await Archive.WriteAsync(writer, new ClusterRelease
        {
            Deployment = context.Id, Environment = context.Environment, Commit = context.Commit, At = context.Time.GetUtcNow(),
            Stage = stage, Region = cluster.Region, Manifests = HashOf(names), Objects = [.. applied.Select(item => item.ToJson())],
        }, cancellation);
        await Archive.ExpireAsync(writer, former is { } live ? [live] : ImmutableHashSet<DeploymentId>.Empty, cancellation);
        if (!await Vault.HasAnyAsync(cancellation))
            return;
        var retained = await ReleaseArchive.ListAllAsync(cluster, settings.Namespace, cancellation);
        await Vault.RemoveUnusedAsync(writer, retained.SelectMany(release => release.ToObjects()), context.Id, cancellation);
    }

    ReleaseManifests Named(SecretNames? names) => names is null ? manifests : manifests.Select(names.Rewrite);

    // Manifests of others often name no namespace: the standard one is made then, and belongs to the release that made it.
    async Task<KubernetesObject?> NamespaceAsync(CancellationToken cancellation)
    {
        var key = new ObjectKey("v1", "Namespace", null, settings.Namespace);
        if (manifests.Objects.Any(item => item.Key == key))
            return null;
        var live = await cluster.FindAsync(key, cancellation);
        return live is null || live.Annotation(Marks.MadeFor) == stage ? new KubernetesObject(new JsonObject
        {
            ["apiVersion"] = key.ApiVersion, ["kind"] = key.Kind,
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["annotations"] = new JsonObject { [Marks.MadeFor] = stage } },
        }) : null;
    }
}
