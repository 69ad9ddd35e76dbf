using System.Collections.Immutable;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Kubernetes.ApplySets;

namespace Maily.Deploy.Kubernetes.Plans;

/// <summary>Says what would be pruned in a region.</summary>
static class PrunePreview
{
    /// <summary>The members that the release does not hold: those that go, and those that stay and why.</summary>
    public static StepPreview Of(ImmutableArray<PrunedMember> members) => new(
    [
        .. members.Select(member => RegionPreview.BasisOf(member.Live.Key, member.Live) with { Action = member.Kept is null ? PlannedAction.Prune : PlannedAction.Keep, Note = member.Kept }),
    ]);
}
