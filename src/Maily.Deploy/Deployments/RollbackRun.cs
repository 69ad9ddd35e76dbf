using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments;

/// <summary>Undoes the deployments of a plan, each under a lease of its own.</summary>
sealed class RollbackRun(DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, RollbackOptions options, StopSignals signals)
{
    readonly ImmutableArray<UndoneDeployment>.Builder undone = ImmutableArray.CreateBuilder<UndoneDeployment>();
    ReleaseRecord? restored;

    /// <summary>Undoes all of it, or as much as can be undone before a person, a failure or a signal ends it.</summary>
    /// <param name="plan">What is undone.</param>
    /// <param name="newest">The environment's newest deployment when the plan was made.</param>
    /// <param name="releases">The releases then, newest first.</param>
    public async Task<RollbackResult> RunAsync(RollbackPlan plan, DeploymentSummary? newest, ImmutableArray<ReleaseRecord> releases)
    {
        for (var place = 0; place < plan.Undo.Length && !signals.Stop.IsCancellationRequested; place++)
        {
            var below = plan.After(place, releases);
            if (await UndoAsync(plan.Undo[place], below, newest, releases) is not { } one)
                break;
            undone.Add(one);
            await options.Ended(one);
            if (one.BrokenOffBy is { } failure)
                ExceptionDispatchInfo.Throw(failure);
            // What came before stays as it is while something newer still stands upon it.
            if (one.Outcome != DeploymentOutcome.RolledBack)
                return new RollbackResult(null, undone.ToImmutable()) { NeedsPerson = true };
            newest = newest?.Header.Id == one.Header.Id ? newest with { Outcome = one.Outcome } : newest;
            releases = restored is { } added ? [added, .. releases.Take(Rollback.ReachOf(options) - 1)] : releases;
        }

        return new RollbackResult(undone.LastOrDefault()?.NowLive, undone.ToImmutable()) { IsCancelled = signals.Stop.IsCancellationRequested };
    }

    /// <summary>The end of one; null where the run was stopped before anything was begun.</summary>
    async Task<UndoneDeployment?> UndoAsync(DeploymentId id, ReleaseRecord? below, DeploymentSummary? newest, ImmutableArray<ReleaseRecord> releases)
    {
        restored = null;
        Deployment deployment;
        try
        {
            deployment = await Deployment.ContinueAsync(definition, store, request, id, signals.Stop);
        }
        catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
        {
            return null;
        }

        await using (deployment)
        {
            request.Log.LogInformation("Undoing {Deployment}", id);
            await RequireUnchangedAsync(newest, releases);
            // A person's own words stay: the rollback stands in the history anyway.
            if (await store.FindHoldAsync(request.Environment, signals.Abort) is null)
                await store.SetHoldAsync(deployment.Context.HoldBecause($"{id} was rolled back"), signals.Abort);
            var brokenOff = await CompensateAsync(deployment, NowLive(below, releases));
            var outcome = brokenOff is null ? deployment.OutcomeOf(succeeded: false) : DeploymentOutcome.NeedsAttention;
            return new UndoneDeployment(deployment.State, deployment.Compensated, outcome, brokenOff, below);
        }
    }

    /// <summary>Undoes it and ends its journal; gives what broke that off, since what was done until then must be told all the same.</summary>
    async Task<Exception?> CompensateAsync(Deployment deployment, ReleaseRecord? nowLive)
    {
        try
        {
            await deployment.CompensateAsync(signals.Abort);
            if (nowLive is not null && deployment.OutcomeOf(succeeded: false) == DeploymentOutcome.RolledBack)
                restored = await deployment.RestoreReleaseAsync(nowLive, signals.Abort);
            await deployment.EndAsync(succeeded: false, signals.Abort);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    /// <summary>The plan was made before the lease was held: whoever held it then may have changed what the plan stands on.</summary>
    async Task RequireUnchangedAsync(DeploymentSummary? newest, ImmutableArray<ReleaseRecord> releases)
    {
        var now = await NewestAsync(signals.Abort);
        var present = await store.ListReleasesAsync(request.Environment, Rollback.ReachOf(options), signals.Abort);
        if ((now?.Header.Id, now?.Outcome) != (newest?.Header.Id, newest?.Outcome) || !present.Select(KeyOf).SequenceEqual(releases.Select(KeyOf)))
            throw new RollbackOvertakenException(request.Environment, now?.Header.Id);
    }

    async Task<DeploymentSummary?> NewestAsync(CancellationToken cancellation) =>
        (await store.ListAsync(request.Environment, 1, cancellation)).FirstOrDefault();

    static (DeploymentId, DateTimeOffset) KeyOf(ReleaseRecord release) => (release.Deployment, release.At);

    /// <summary>The record to add, or null where the last one says already that what is live was rolled back to: asked once more, nothing older is gone back to.</summary>
    static ReleaseRecord? NowLive(ReleaseRecord? below, ImmutableArray<ReleaseRecord> releases) => (below, releases) switch
    {
        (_, []) => null,
        ({ } target, [var last, ..]) => last.Deployment == target.Deployment && last.IsRestored ? null : target,
        (null, [var last, ..]) => last with { IsWithdrawn = true },
    };
}
