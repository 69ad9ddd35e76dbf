using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>What is left of former releases in a region.</summary>
/// <param name="Wanted">The release.</param>
/// <param name="Parent">The live parent; null where there is none.</param>
/// <param name="Members">The members that the release does not hold.</param>
sealed record PruneState(RegionManifests Wanted, KubernetesObject? Parent, ImmutableArray<PrunedMember> Members)
{
    /// <summary>The members that go, last applied first.</summary>
    public ImmutableArray<KubernetesObject> Leaving => [.. Members.Where(member => member.Kept is null).Select(member => member.Live)];

    /// <summary>Where members are once the others are gone.</summary>
    public ApplySetContent Content => ApplySetContent.Of(Wanted.Keys.Concat(Members.Where(member => member.Kept is not null).Select(member => member.Live.Key)));

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => Leaving.IsEmpty && Parent is not null && Booked(Content).Equals(ApplySetContent.Read(Parent));

    /// <summary>What keeps the set from being proved: members to let go, or books in which some would not be found. Null where nothing does.</summary>
    public string? Fault => Parent is null ? "the set has no parent"
        : Leaving.Length > 0 ? string.Join(", ", Leaving.Select(member => member.Key).Take(5))
        // Somebody may have removed a kept member since the books were written: too wide finds all that is left.
        : ApplySetContent.Read(Parent).Lacks(Booked(Content)) is { Length: > 0 } lacking ? $"the books lack {lacking}" : null;

    /// <summary>Reads it; changes nothing.</summary>
    public static async Task<PruneState> ReadAsync(
        ClusterReader cluster, ClusterSettings settings, RegionManifests wanted, CancellationToken cancellation)
    {
        var reader = new ApplySetReader(cluster, settings);
        var parent = await reader.FindAsync(wanted.Parent, cancellation);
        var content = ApplySetContent.Of(wanted.Keys).With(parent is null ? ApplySetContent.Empty : ApplySetContent.Read(parent));
        var members = await reader.MembersAsync(wanted.Parent, content, cancellation);
        var decided = PruneDecision.Of(members, wanted.Keys, ImmutableHashSet<ObjectKey>.Empty);
        if (!decided.Any(member => member.Kept is null && RetainedObjects.IsOne(member.Live)))
            return new(wanted, parent, decided);
        // Only now, since reading all of them takes its time.
        var releases = await ReleaseArchive.ListAllAsync(cluster, settings.Namespace, cancellation);
        return new(wanted, parent, PruneDecision.Of(members, wanted.Keys, RetainedObjects.Of(releases.SelectMany(release => release.ToObjects()))));
    }

    // The parent's own namespace is always looked into.
    ApplySetContent Booked(ApplySetContent content) => content with { Namespaces = content.Namespaces.Add(Wanted.Parent.Namespace) };
}
