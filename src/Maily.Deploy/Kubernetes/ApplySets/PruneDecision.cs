using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>A member that the release does not hold any more.</summary>
/// <param name="Live">The member.</param>
/// <param name="Kept">Why it stays all the same; null where it goes.</param>
sealed record PrunedMember(KubernetesObject Live, string? Kept);

/// <summary>Decides which members of an ApplySet go.</summary>
static class PruneDecision
{
    /// <summary>Their deletion takes people's data along, and no manifest brings that back.</summary>
    static readonly ImmutableArray<string> HoldData = ["Namespace", "PersistentVolumeClaim", "PersistentVolume", "CustomResourceDefinition"];

    // A deployment that nobody ended may be undone days later, and its objects have been at work all the while.
    static readonly TimeSpan AtWork = TimeSpan.FromHours(1);

    /// <summary>The members that the release does not hold, last applied first.</summary>
    /// <param name="members">All live members.</param>
    /// <param name="wanted">The release's objects.</param>
    /// <param name="retained">Objects that a retained release needs.</param>
    public static ImmutableArray<PrunedMember> Of(
        ImmutableArray<KubernetesObject> members, IEnumerable<ObjectKey> wanted, IReadOnlySet<ObjectKey> retained)
    {
        var held = wanted.Select(key => key.Versionless).ToHashSet();
        var needed = retained.Select(key => key.Versionless).ToHashSet();
        // One object may be served in several groups, and is listed in each: what is wanted in one of them stays.
        var applied = members.Where(member => held.Contains(member.Key.Versionless)).Select(member => member.Uid).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. members.Where(member => !held.Contains(member.Key.Versionless) && !(member.Uid is { } uid && applied.Contains(uid)) && !member.IsLeaving && !IsOfOthers(member))
                .OrderByDescending(member => ApplyOrder.GroupOf(member.Kind)).ThenBy(member => member.Key.ToString(), StringComparer.Ordinal)
                .Select(member => new PrunedMember(member, ReasonToKeep(member, needed))),
        ];
    }

    /// <summary>Why an object stays that no release needs any more; null where it may go.</summary>
    public static string? ReasonToKeep(KubernetesObject item) => item.Annotation(Marks.Prune) switch
    {
        "true" => null,
        { } no => $"kept: {Marks.Prune}={no}",
        null when HoldData.Contains(item.Kind) => $"kept: it holds data; annotate it with {Marks.Prune}=true to let it go",
        null when RegionRestorePoint.HoldsValues(item) => $"kept: nothing could bring its values back; annotate it with {Marks.Prune}=true to let it go",
        null => null,
    };

    /// <summary>
    /// Whether an object that a deployment made stays where that is undone: what was live, or is at work for more than an hour, may have people's
    /// data by now, which no manifest brings back.
    /// </summary>
    public static bool StaysWhenUndone(KubernetesObject live, bool wasLive, DateTimeOffset now) => ReasonToKeep(live) is not null && (wasLive || now - live.MadeAt > AtWork);

    static string? ReasonToKeep(KubernetesObject member, HashSet<(string, string?, string)> needed) => member.Annotation(Marks.Prune) switch
    {
        null when needed.Contains(member.Key.Versionless) => "kept: a retained release needs it",
        null when !HasEntries(member) => $"kept: nothing says who applied it; annotate it with {Marks.Prune}=true to let it go",
        _ => ReasonToKeep(member),
    };

    // Controllers copy the labels of their objects onto what they make. Endpoints do not even name their Service as their owner: only who
    // applied a member tells. What is taken over from kubectl has an entry of this program since then.
    static bool IsOfOthers(KubernetesObject member) => member.Json.Objects("metadata", "ownerReferences").Any(owner => owner.IsTrue("controller"))
        || HasEntries(member) && !FieldEntries.AppliedBy(member, Marks.Manager).Any();

    static bool HasEntries(KubernetesObject member) => member.Json.Objects("metadata", "managedFields").Any();
}
