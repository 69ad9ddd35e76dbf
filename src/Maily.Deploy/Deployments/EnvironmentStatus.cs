using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>How an environment stands: what is live, and what keeps the next deployment away.</summary>
/// <param name="Environment">The environment.</param>
/// <param name="Live">The release that is live; null where there is none.</param>
/// <param name="Hold">The hold; null where there is none.</param>
/// <param name="Lease">Who changes it at present; null where nobody does.</param>
/// <param name="Unfinished">The journal of the deployment that has no end or was left to a person; null where there is none.</param>
public sealed record EnvironmentStatus(string Environment, ReleaseRecord? Live, Hold? Hold, Lease? Lease, JournalState? Unfinished)
{
    /// <summary>Whether the unfinished deployment is being worked on at present.</summary>
    public bool IsAtWork => Unfinished is not null && Lease is not null;

    /// <summary>Whether undoing the unfinished deployment has begun, so that it cannot be resumed.</summary>
    public bool IsBeingUndone => Unfinished is { IsBeingUndone: true };

    /// <summary>Reads it; takes no lease, and so works while a deployment runs.</summary>
    public static async Task<EnvironmentStatus> ReadAsync(IDeploymentStore store, string environment, CancellationToken cancellation)
    {
        await store.PrepareAsync(cancellation);
        var releases = await store.ListReleasesAsync(environment, Rollback.Reach, cancellation);
        var live = releases is [{ IsWithdrawn: false } last, ..] ? last : null;
        var unfinished = Deployments.Unfinished.Find(await store.ListAsync(environment, Rollback.Reach, cancellation), releases);
        return new EnvironmentStatus(
            environment, live, await store.FindHoldAsync(environment, cancellation), await store.FindLeaseAsync(environment, cancellation),
            unfinished is null ? null : await Journal.ReadAsync(store, environment, DeploymentId.Parse(unfinished.Header.Id), cancellation));
    }
}
