using System.Collections.Immutable;
using Maily.Deploy.Deployments.Audit;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>What happened to an environment lately.</summary>
/// <param name="Deployments">The last deployments, newest first.</param>
/// <param name="Audit">What people did besides, newest first.</param>
public sealed record EnvironmentHistory(ImmutableArray<PastDeployment> Deployments, ImmutableArray<AuditEntry> Audit)
{
    /// <summary>Reads the last <paramref name="limit"/> of each; takes no lease, and so works while a deployment runs.</summary>
    public static async Task<EnvironmentHistory> ReadAsync(IDeploymentStore store, string environment, int limit, CancellationToken cancellation)
    {
        await store.PrepareAsync(cancellation);
        var deployments = ImmutableArray.CreateBuilder<PastDeployment>();
        foreach (var summary in await store.ListAsync(environment, limit, cancellation))
            deployments.Add(await PastAsync(store, environment, summary, cancellation));
        return new EnvironmentHistory(deployments.ToImmutable(), await store.ListAuditAsync(environment, limit, cancellation));
    }

    // A good one needs no look into its journal: its last record is its end.
    static async Task<PastDeployment> PastAsync(IDeploymentStore store, string environment, DeploymentSummary summary, CancellationToken cancellation)
    {
        if (summary.Outcome == DeploymentOutcome.Succeeded)
            return new PastDeployment(summary.Header, summary.Outcome, summary.LastAt, null);
        var journal = await Journal.ReadAsync(store, environment, DeploymentId.Parse(summary.Header.Id), cancellation);
        return new PastDeployment(summary.Header, summary.Outcome, journal.FirstEndedAt ?? summary.LastAt, journal.FirstFailure);
    }
}

/// <summary>One deployment of the past.</summary>
/// <param name="Header">What it was.</param>
/// <param name="Outcome">How it ended; null while it is not ended.</param>
/// <param name="LastAt">When its own run ended, or was seen last; a rollback by a person comes later.</param>
/// <param name="FirstCause">The first step that failed; null where none did.</param>
public sealed record PastDeployment(DeploymentHeader Header, DeploymentOutcome? Outcome, DateTimeOffset LastAt, StepFailure? FirstCause);
