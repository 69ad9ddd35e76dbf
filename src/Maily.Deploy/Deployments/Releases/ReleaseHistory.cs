using System.Collections.Immutable;

namespace Maily.Deploy.Deployments.Releases;

/// <summary>The releases that stand one upon the other: the last one is live, the ones below can be gone back to.</summary>
public static class ReleaseHistory
{
    /// <summary>
    /// Folds all records (newest first, as stores list them): one that stands already was restored, and what stood above it
    /// is gone; a withdrawn one leaves nothing.
    /// </summary>
    public static ImmutableList<ReleaseRecord> Standing(ImmutableArray<ReleaseRecord> newestFirst) =>
        newestFirst.Reverse().Aggregate(ImmutableList<ReleaseRecord>.Empty, (standing, next) =>
        {
            var place = standing.FindIndex(former => former.Deployment == next.Deployment);
            var below = place < 0 ? standing : standing.GetRange(0, place);
            return next.IsWithdrawn ? [] : below.Add(next);
        });
}
