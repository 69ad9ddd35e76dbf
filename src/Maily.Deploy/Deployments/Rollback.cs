using System.Collections.Immutable;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments;

/// <summary>
/// Goes back to a former release by undoing the deployments that came after it, newest first, each from its own journal.
/// A deployment that is not finished is undone instead.
/// </summary>
public static class Rollback
{
    const int Reach = 50;

    /// <summary>Decides what must be undone; null when nothing has to be.</summary>
    /// <param name="unfinished">The newest deployment without an end, or null.</param>
    /// <param name="releases">Releases, newest first.</param>
    /// <param name="to">The wanted deployment, or null for the one before the current.</param>
    /// <exception cref="NothingToRollBackException">There is no such release.</exception>
    public static RollbackPlan? Decide(DeploymentId? unfinished, ImmutableArray<ReleaseRecord> releases, DeploymentId? to)
    {
        if (unfinished is { } id && to is null)
            return new RollbackPlan([id], releases.FirstOrDefault());
        if (releases.IsEmpty)
            throw new NothingToRollBackException("Nothing was deployed yet.", []);

        var current = releases[0];
        var isRestored = releases.Any(release => release.Deployment.CompareTo(current.Deployment) > 0);
        if (to is null && isRestored || to == current.Deployment)
            return null;

        var target = releases.FirstOrDefault(release => to is { } wanted ? release.Deployment == wanted : release.Deployment.CompareTo(current.Deployment) < 0);
        if (target is null && to is not null)
            throw new NothingToRollBackException($"{to} is no former release.", [.. releases.Select(release => release.Deployment).Distinct()]);
        var undo = releases.Select(release => release.Deployment).Distinct()
            .Where(deployment => deployment.CompareTo(current.Deployment) <= 0 && (target is null || deployment.CompareTo(target.Deployment) > 0))
            .OrderDescending();
        return new RollbackPlan([.. undo], target);
    }

    /// <summary>Rolls back and sets a hold.</summary>
    public static async Task<RollbackResult> RunAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId? to, CancellationToken abort)
    {
        await store.PrepareAsync(abort);
        var newest = (await store.ListAsync(request.Environment, 1, abort)).FirstOrDefault();
        var unfinished = newest is { Outcome: null } ? DeploymentId.Parse(newest.Header.Id) : (DeploymentId?)null;
        var releases = await store.ListReleasesAsync(request.Environment, Reach, abort);
        if (Decide(unfinished, releases, to) is not { } plan)
            return new RollbackResult(releases[0], [], IsUnchanged: true);

        var undone = ImmutableArray.CreateBuilder<CompensatedStep>();
        foreach (var id in plan.Undo)
            undone.AddRange(await UndoAsync(definition, store, request, id, plan, abort));
        return new RollbackResult(plan.Target, undone.ToImmutable(), IsUnchanged: false);
    }

    static async Task<ImmutableArray<CompensatedStep>> UndoAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId id, RollbackPlan plan, CancellationToken abort)
    {
        request.Log.LogInformation("Undoing {Deployment}", id);
        await using var deployment = await Deployment.ContinueAsync(definition, store, request, id, abort);
        await deployment.CompensateAsync(abort);
        await deployment.EndAsync(succeeded: false, abort);
        if (id == plan.Undo[^1] && plan.Target is not null && deployment.OutcomeOf(succeeded: false) == Journals.DeploymentOutcome.RolledBack)
            await deployment.RestoreReleaseAsync(plan.Target, abort);
        await store.SetHoldAsync(deployment.Context.HoldBecause($"{id} was rolled back"), abort);
        return deployment.Compensated;
    }
}

/// <summary>What a rollback undoes, newest first, and the release that is live afterwards; null when there was none before.</summary>
public sealed record RollbackPlan(ImmutableArray<DeploymentId> Undo, ReleaseRecord? Target);

/// <summary>How a rollback ended.</summary>
/// <param name="Target">The release that is live now; null when there was none before.</param>
/// <param name="Steps">What was undone, kept or left to a person.</param>
/// <param name="IsUnchanged">Whether the environment was rolled back already, so that nothing was done.</param>
public sealed record RollbackResult(ReleaseRecord? Target, ImmutableArray<CompensatedStep> Steps, bool IsUnchanged);

/// <summary>There is no release to go back to.</summary>
public sealed class NothingToRollBackException(string fact, ImmutableArray<DeploymentId> known)
    : DeployException(fact, known.IsEmpty ? "Deploy first." : "Name one of the former releases with --to.", known.IsEmpty ? null : $"Former releases: {string.Join(", ", known)}")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
