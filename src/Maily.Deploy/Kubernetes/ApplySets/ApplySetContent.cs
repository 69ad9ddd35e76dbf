using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>Where members of an ApplySet can be: of which kinds, in which namespaces.</summary>
/// <param name="GroupKinds"><c>Kind.group</c>, or the kind alone for the core.</param>
/// <param name="Namespaces">All namespaces of members, that of the parent included where it has some.</param>
public sealed record ApplySetContent(ImmutableSortedSet<string> GroupKinds, ImmutableSortedSet<string> Namespaces)
{
    static readonly ImmutableSortedSet<string> None = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>Of no member.</summary>
    public static ApplySetContent Empty { get; } = new(None, None);

    /// <summary>Of the given objects.</summary>
    public static ApplySetContent Of(IEnumerable<ObjectKey> members)
    {
        var keys = members.ToList();
        return new(None.Union(keys.Select(key => key.GroupKind)), None.Union(keys.Select(key => key.Namespace).OfType<string>()));
    }

    /// <summary>As a parent's annotations tell it.</summary>
    internal static ApplySetContent Read(KubernetesObject parent) => new(
        None.Union(Split(parent.Annotation(ApplySetMarks.GroupKinds))),
        None.Union(Split(parent.Annotation(ApplySetMarks.Namespaces))).Add(parent.Key.Namespace!));

    /// <summary>Only some of its kinds.</summary>
    internal ApplySetContent Only(params IEnumerable<string> groupKinds) => new(GroupKinds.Intersect(groupKinds), Namespaces);

    /// <summary>Both together.</summary>
    public ApplySetContent With(ApplySetContent other) => new(GroupKinds.Union(other.GroupKinds), Namespaces.Union(other.Namespaces));

    /// <summary>What the other has beyond this one, as a list; empty where there is nothing.</summary>
    public string Lacks(ApplySetContent other) => string.Join(", ", other.GroupKinds.Except(GroupKinds).Concat(other.Namespaces.Except(Namespaces)));

    /// <inheritdoc/>
    public bool Equals(ApplySetContent? other) => other is not null && GroupKinds.SetEquals(other.GroupKinds) && Namespaces.SetEquals(other.Namespaces);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(GroupKinds.Count, Namespaces.Count);

    static string[] Split(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
