using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>Finds the ApplySet of a cluster and its members; changes nothing.</summary>
sealed class ApplySetReader(ClusterReader cluster, ClusterSettings settings)
{
    /// <summary>Always there, and so the parent's place where the standard namespace is not.</summary>
    const string Fallback = "default";

    /// <summary>The set's parent: the one that is there, else where it will be.</summary>
    /// <param name="manifests">What will be applied: it may bring the standard namespace.</param>
    /// <param name="cancellation">Aborts.</param>
    public async Task<ApplySetParent> LocateAsync(ImmutableArray<KubernetesObject> manifests, CancellationToken cancellation)
    {
        var (standard, fallback) = (new ApplySetParent(settings.ApplySet, settings.Namespace), new ApplySetParent(settings.ApplySet, Fallback));
        var place = new ObjectKey("v1", "Namespace", null, settings.Namespace);
        if (manifests.Any(item => item.Key == place))
            return await cluster.FindAsync(fallback.Key, cancellation) is null ? standard : fallback;
        return await cluster.FindAsync(standard.Key, cancellation) is not null ? standard
            : await cluster.FindAsync(fallback.Key, cancellation) is not null || await cluster.FindAsync(place, cancellation) is null ? fallback : standard;
    }

    /// <summary>The live parent, or null.</summary>
    /// <exception cref="ForeignApplySetException">It is another tool's.</exception>
    public async Task<KubernetesObject?> FindAsync(ApplySetParent parent, CancellationToken cancellation)
    {
        var live = await cluster.FindAsync(parent.Key, cancellation);
        if (live is not null && (live.Label(ApplySetMarks.Id) != parent.Id || live.Annotation(ApplySetMarks.Tooling)?.Split('/')[0] != Marks.Manager))
            throw new ForeignApplySetException(cluster.Region, parent.Key, live.Annotation(ApplySetMarks.Tooling));
        return live;
    }

    /// <summary>All live members, wherever the content says that some can be.</summary>
    public async Task<ImmutableArray<KubernetesObject>> MembersAsync(ApplySetParent parent, ApplySetContent content, CancellationToken cancellation)
    {
        var members = ImmutableArray.CreateBuilder<KubernetesObject>();
        foreach (var groupKind in content.GroupKinds)
        {
            var (kind, group) = groupKind.Split('.', 2) is [var name, var rest] ? (name, rest) : (groupKind, "");
            if (await cluster.Discovery.FindInGroupAsync(group, kind, cancellation) is not { } resource)
                continue;
            foreach (var space in resource.Namespaced ? content.Namespaces.Select(space => (string?)space) : [null])
                members.AddRange(await cluster.ListAsync(resource.ApiVersion, kind, space, $"{ApplySetMarks.PartOf}={parent.Id}", cancellation));
        }

        return members.DrainToImmutable();
    }
}

/// <summary>An object of the ApplySet's name belongs to something else.</summary>
public sealed class ForeignApplySetException(string region, ObjectKey parent, string? tooling)
    : DeployException($"{parent} in {region} is no ApplySet of {Marks.Manager}.", "Give this deployment another ApplySet name, or remove that object.",
        tooling is null ? "It names no tool." : $"It is kept by {tooling}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
