using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
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
    /// <param name="unfinished">The newest deployment where it has no end, or was left to a person; else null.</param>
    /// <param name="releases">Releases, newest first.</param>
    /// <param name="to">The wanted deployment, or null for the one before the current.</param>
    /// <exception cref="NothingToRollBackException">There is no such release.</exception>
    public static RollbackPlan? Decide(DeploymentId? unfinished, ImmutableArray<ReleaseRecord> releases, DeploymentId? to)
    {
        // A deployment that was killed after it recorded its release stands, but is not one to go back to.
        var standing = ReleaseHistory.Standing(releases).RemoveAll(release => release.Deployment == unfinished);
        if (unfinished is null && to is null && IsRolledBack(standing, releases) || unfinished is null && to is not null && standing is [.., var live] && to == live.Deployment)
            return null;
        if (unfinished is null && standing.IsEmpty)
            throw new NothingToRollBackException("Nothing was deployed yet.", []);

        var place = to is { } wanted ? standing.FindIndex(release => release.Deployment == wanted) : standing.Count - (unfinished is null ? 2 : 1);
        if (place < 0 && to is not null)
            throw new NothingToRollBackException($"{to} is no former release.", [.. standing.Select(release => release.Deployment).Reverse()]);
        var undo = standing.Skip(place + 1).Select(release => release.Deployment).Reverse();
        return new RollbackPlan([.. unfinished is { } id ? undo.Prepend(id) : undo], place < 0 ? null : standing[place]);
    }

    /// <summary>Whether the last thing that happened to what is live was a rollback to it.</summary>
    static bool IsRolledBack(ImmutableList<ReleaseRecord> standing, ImmutableArray<ReleaseRecord> releases) =>
        releases is [{ IsWithdrawn: true }, ..] || standing is [.., var live] && releases.Any(release => release.Deployment.CompareTo(live.Deployment) > 0);

    /// <summary>Rolls back and sets a hold.</summary>
    public static async Task<RollbackResult> RunAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId? to, CancellationToken abort)
    {
        await store.PrepareAsync(abort);
        var newest = (await store.ListAsync(request.Environment, 1, abort)).FirstOrDefault();
        // One that was left to a person still stands in parts: going below it would take the good release away and leave those.
        var unfinished = newest is { Outcome: null or DeploymentOutcome.NeedsAttention } ? DeploymentId.Parse(newest.Header.Id) : (DeploymentId?)null;
        var releases = await store.ListReleasesAsync(request.Environment, Reach, abort);
        if (Decide(unfinished, releases, to) is not { } plan)
            return new RollbackResult(ReleaseHistory.Standing(releases).LastOrDefault(), [], IsUnchanged: true);

        var undone = ImmutableArray.CreateBuilder<CompensatedStep>();
        foreach (var id in plan.Undo)
        {
            var (steps, outcome) = await UndoAsync(definition, store, request, id, plan, releases, newest, abort);
            undone.AddRange(steps);
            // What came before stays as it is while something newer still stands upon it.
            if (outcome != DeploymentOutcome.RolledBack)
                return new RollbackResult(null, undone.ToImmutable(), IsUnchanged: false) { NeedsPerson = true };
        }

        return new RollbackResult(plan.Target, undone.ToImmutable(), IsUnchanged: false);
    }

    static async Task<(ImmutableArray<CompensatedStep> Steps, DeploymentOutcome Outcome)> UndoAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId id, RollbackPlan plan,
        ImmutableArray<ReleaseRecord> releases, DeploymentSummary? newest, CancellationToken abort)
    {
        await using var deployment = await Deployment.ContinueAsync(definition, store, request, id, abort);
        request.Log.LogInformation("Undoing {Deployment}", id);
        await RequireUnchangedAsync(store, request.Environment, releases, newest, abort);
        await store.SetHoldAsync(deployment.Context.HoldBecause($"{id} was rolled back"), abort);
        await deployment.CompensateAsync(abort);
        var outcome = deployment.OutcomeOf(succeeded: false);
        if (outcome == DeploymentOutcome.RolledBack && id == plan.Undo[^1] && NowLive(plan, releases) is { } release)
            await deployment.RestoreReleaseAsync(release, abort);
        await deployment.EndAsync(succeeded: false, abort);
        return (deployment.Compensated, outcome);
    }

    /// <summary>The plan was made before the lease was held: whoever held it then may have changed what the plan stands on.</summary>
    static async Task RequireUnchangedAsync(
        IDeploymentStore store, string environment, ImmutableArray<ReleaseRecord> releases, DeploymentSummary? newest, CancellationToken cancellation)
    {
        var now = (await store.ListAsync(environment, 1, cancellation)).FirstOrDefault();
        var present = await store.ListReleasesAsync(environment, Reach, cancellation);
        if (now?.Header.Id != newest?.Header.Id || !present.Select(release => (release.Deployment, release.At)).SequenceEqual(releases.Select(release => (release.Deployment, release.At))))
            throw new RollbackOvertakenException(environment, now?.Header.Id);
    }

    /// <summary>The record to add, or null where the last one says already what is live.</summary>
    static ReleaseRecord? NowLive(RollbackPlan plan, ImmutableArray<ReleaseRecord> releases) => (plan.Target, releases) switch
    {
        (_, []) => null,
        ({ } target, [var last, ..]) => last.Deployment == target.Deployment ? null : target,
        (null, [var last, ..]) => last with { IsWithdrawn = true },
    };
}

/// <summary>What a rollback undoes, newest first, and the release that is live afterwards; null when there was none before.</summary>
public sealed record RollbackPlan(ImmutableArray<DeploymentId> Undo, ReleaseRecord? Target);

/// <summary>How a rollback ended.</summary>
/// <param name="Target">The release that is live now; null when there was none before.</param>
/// <param name="Steps">What was undone, kept or left to a person.</param>
/// <param name="IsUnchanged">Whether the environment was rolled back already, so that nothing was done.</param>
public sealed record RollbackResult(ReleaseRecord? Target, ImmutableArray<CompensatedStep> Steps, bool IsUnchanged)
{
    /// <summary>Whether something could not be undone: the older deployments were left as they are then.</summary>
    public bool NeedsPerson { get; init; }
}

/// <summary>Another deployment ended between the rollback's plan and its lease.</summary>
public sealed class RollbackOvertakenException(string environment, string? newest)
    : DeployException($"{environment} was changed by {newest ?? "another deployment"} while the rollback waited for its turn.",
        "Look at `./build.sh Status`, then roll back again if that is still wanted.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>There is no release to go back to.</summary>
public sealed class NothingToRollBackException(string fact, ImmutableArray<DeploymentId> known)
    : DeployException(fact, known.IsEmpty ? "Deploy first." : "Name one of the former releases with --to.", known.IsEmpty ? null : $"Former releases: {string.Join(", ", known)}")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
