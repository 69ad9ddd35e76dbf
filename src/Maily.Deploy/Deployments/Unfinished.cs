using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>Finds the deployment that stands in parts.</summary>
static class Unfinished
{
    /// <summary>
    /// The newest deployment that has no end or was left to a person; null where there is none. One below others that were
    /// undone counts: a rollback of several may have ended there. One that a release was made upon since does not: a person
    /// has settled it, and its ways back lead to before that.
    /// </summary>
    public static DeploymentSummary? Find(ImmutableArray<DeploymentSummary> newestFirst, ImmutableArray<ReleaseRecord> releases)
    {
        var undone = newestFirst.TakeWhile(IsUndone).ToList();
        return newestFirst.Skip(undone.Count).FirstOrDefault() is { Outcome: null or DeploymentOutcome.NeedsAttention } found
            && (found.Outcome is null || !undone.Any(later => later.Header.StartedAt > found.LastAt && HasStood(later))) ? found : null;

        bool HasStood(DeploymentSummary deployment) => releases.Any(release => release.Deployment.Value == deployment.Header.Id);
    }

    /// <summary>The newest deployment, apart from those that were undone, where it has no end; else null.</summary>
    public static DeploymentSummary? FindOpen(ImmutableArray<DeploymentSummary> newestFirst) =>
        newestFirst.SkipWhile(IsUndone).FirstOrDefault() is { Outcome: null } found ? found : null;

    static bool IsUndone(DeploymentSummary deployment) => deployment.Outcome is DeploymentOutcome.RolledBack or DeploymentOutcome.Refused;
}
