using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments;

/// <summary>
/// Goes back to a former release by undoing the deployments that came after it, newest first, each from its own journal.
/// A deployment that is not finished is undone instead.
/// </summary>
public static class Rollback
{
    internal const int Reach = 50;

    /// <summary>So many of the newest releases decide: all, where all of them go.</summary>
    internal static int ReachOf(RollbackOptions options) => options.ToNothing ? int.MaxValue : Reach;

    /// <summary>Decides what must be undone; null when nothing has to be.</summary>
    /// <param name="unfinished">The newest deployment where it has no end, or was left to a person; else null.</param>
    /// <param name="releases">Releases, newest first.</param>
    /// <param name="options">How far back.</param>
    /// <exception cref="NothingToRollBackException">There is no such release.</exception>
    public static RollbackPlan? Decide(DeploymentId? unfinished, ImmutableArray<ReleaseRecord> releases, RollbackOptions options)
    {
        var to = options.To;
        // A deployment that was killed after it recorded its release stands, but is not one to go back to.
        var standing = ReleaseHistory.Standing(releases).RemoveAll(release => release.Deployment == unfinished);
        if (unfinished is null && IsThere(standing, releases, options))
            return null;
        if (unfinished is null && standing.IsEmpty)
            throw new NothingToRollBackException("Nothing was deployed yet.", []);

        var place = options.ToNothing ? -1 : to is { } wanted ? standing.FindIndex(release => release.Deployment == wanted) : standing.Count - (unfinished is null ? 2 : 1);
        if (place < 0 && to is not null)
            throw new NothingToRollBackException($"{to} is no former release.", [.. standing.Select(release => release.Deployment).Reverse()]);
        if (place < 0 && unfinished is null && !options.ToNothing)
            throw new NoReleaseBeforeException(standing[0].Deployment);
        var undo = standing.Skip(place + 1).Select(release => release.Deployment).Reverse();
        return new RollbackPlan([.. unfinished is { } id ? undo.Prepend(id) : undo], place < 0 ? null : standing[place]);
    }

    /// <summary>Whether the environment is what is asked for.</summary>
    static bool IsThere(ImmutableList<ReleaseRecord> standing, ImmutableArray<ReleaseRecord> releases, RollbackOptions options) => options switch
    {
        { ToNothing: true } => standing.IsEmpty && !releases.IsEmpty,
        { To: { } to } => standing is [.., var live] && to == live.Deployment,
        _ => IsRolledBack(standing, releases),
    };

    /// <summary>Whether the last thing that happened to what is live was a rollback to it.</summary>
    static bool IsRolledBack(ImmutableList<ReleaseRecord> standing, ImmutableArray<ReleaseRecord> releases) =>
        releases is [{ IsWithdrawn: true } or { IsRestored: true }, ..]
        // Records from before they said so are recognized by the deployment's first one below that of another.
        || standing is [.., var live] && releases.SkipWhile(release => release.Deployment == live.Deployment).Any(release => release.Deployment == live.Deployment);

    /// <summary>Rolls back and sets a hold.</summary>
    /// <param name="definition">Whose ways back are used.</param>
    /// <param name="store">The journals, releases and the hold.</param>
    /// <param name="request">Who asks for it, where.</param>
    /// <param name="options">How far back, and who is told.</param>
    /// <param name="signals">Stop begins no further deployment and ends waiting for the lease; abort breaks off what is being undone.</param>
    public static async Task<RollbackResult> RunAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, RollbackOptions options, StopSignals signals)
    {
        if (options is { UnfinishedOnly: true, To: not null } or { UnfinishedOnly: true, ToNothing: true })
            throw new UnfinishedOnlyException(options.To?.Value ?? RollbackOptions.Nothing);
        await store.PrepareAsync(signals.Abort);
        var deployments = await store.ListAsync(request.Environment, Reach, signals.Abort);
        var releases = await store.ListReleasesAsync(request.Environment, ReachOf(options), signals.Abort);
        var unfinished = Unfinished.Find(deployments, releases);
        if (options.UnfinishedOnly && unfinished is not { Outcome: null })
            return new RollbackResult(ReleaseHistory.Standing(releases).LastOrDefault(), []) { NothingIsUnfinished = true };
        if (Decide(unfinished is null ? null : DeploymentId.Parse(unfinished.Header.Id), releases, options) is not { } plan)
            return new RollbackResult(ReleaseHistory.Standing(releases).LastOrDefault(), []) { IsUnchanged = true };
        // The unfinished one alone goes back to what was live a moment ago; more than that must fit.
        if (unfinished is null || plan.Undo.Length > 1)
            await options.Before(plan, await JournalsAsync(plan, store, request.Environment, signals.Abort), signals.Abort);
        try
        {
            return await new RollbackRun(definition, store, request, options, signals).RunAsync(plan, deployments.FirstOrDefault(), releases);
        }
        catch (RollbackOvertakenException) when (options.UnfinishedOnly)
        {
            // Its own process has ended it meanwhile, which is as good.
            return await RunAsync(definition, store, request, options, signals);
        }
    }

    static async Task<ImmutableArray<JournalState>> JournalsAsync(RollbackPlan plan, IDeploymentStore store, string environment, CancellationToken cancellation)
    {
        var journals = ImmutableArray.CreateBuilder<JournalState>();
        foreach (var id in plan.Undo)
        {
            var state = JournalState.Empty;
            await foreach (var record in store.ReadAsync(environment, id, cancellation))
                state = state.With(record);
            journals.Add(state);
        }

        return journals.ToImmutable();
    }
}
