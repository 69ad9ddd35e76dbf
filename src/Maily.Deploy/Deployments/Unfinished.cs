using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>Finds the deployment that stands in parts.</summary>
static class Unfinished
{
    /// <summary>
    /// The newest deployment that has no end or was left to a person; null where there is none. One below others that were
    /// undone counts: a rollback of several may have ended there.
    /// </summary>
    public static DeploymentSummary? Find(ImmutableArray<DeploymentSummary> newestFirst) =>
        newestFirst.SkipWhile(deployment => deployment.Outcome is DeploymentOutcome.RolledBack or DeploymentOutcome.Refused).FirstOrDefault()
            is { Outcome: null or DeploymentOutcome.NeedsAttention } found ? found : null;
}
