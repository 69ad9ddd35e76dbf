using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Maily.Deploy.Deployments.Holds;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments;

/// <summary>
/// One run against one environment, from taking the lease to giving it back. Each target runs its stage through
/// <see cref="RunStageAsync"/>; after a failure <see cref="CompensateAsync"/> undoes what the journal says; at the end
/// <see cref="EndAsync"/> records what is live.
/// </summary>
public sealed class Deployment : IAsyncDisposable
{
    readonly DeploymentDefinition definition;
    readonly IDeploymentStore store;
    readonly LeaseKeeper lease;
    readonly Journal journal;
    readonly StepRunner runner;
    readonly DeploymentContext context;

    Deployment(DeploymentDefinition definition, IDeploymentStore store, LeaseKeeper lease, Journal journal, DeploymentContext context)
    {
        (this.definition, this.store, this.lease, this.journal, this.context) = (definition, store, lease, journal, context);
        runner = new StepRunner(journal, lease, context.Time, definition.Observer ?? NoObserver.Instance);
    }

    /// <summary>What the steps may know, with the outputs of all that are done.</summary>
    public DeploymentContext Context => context with
    {
        Outputs = journal.State.Outputs,
        Planner = (stage, cancellation) => definition.PlannerOf(stage).PlanAsync(Context, cancellation),
    };

    /// <summary>The journal, folded.</summary>
    public JournalState State => journal.State;

    /// <summary>What undoing did, after <see cref="CompensateAsync"/>.</summary>
    public ImmutableArray<CompensatedStep> Compensated { get; private set; } = [];

    /// <summary>Takes the lease, reads what is live and begins the journal.</summary>
    /// <exception cref="LeaseHeldException">Another deployment is at work.</exception>
    public static Task<Deployment> StartAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, CancellationToken cancellation) =>
        OpenAsync(definition, store, request, request.Id, resume: false, cancellation);

    /// <summary>Takes the lease and goes on with a deployment that another process began, to finish or to undo it.</summary>
    /// <exception cref="LeaseHeldException">Another deployment is at work.</exception>
    public static Task<Deployment> ContinueAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId id, CancellationToken cancellation) =>
        OpenAsync(definition, store, request, id, resume: true, cancellation);

    /// <summary>Plans the stage's steps and runs them; a step that the journal says is done is verified again.</summary>
    /// <exception cref="CannotResumeException">Undoing it has begun already: it only goes on being undone.</exception>
    public async Task RunStageAsync(string stage, StopSignals signals)
    {
        if (State.IsBeingUndone)
            throw new CannotResumeException($"Undoing {context.Id} has begun already.", "It is undone to its end; then deploy anew.");
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(signals.Abort, lease.Lost);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, lease.Lost);
        try
        {
            var steps = await definition.PlannerOf(stage).PlanAsync(Context, abort.Token);
            if (steps.IsEmpty)
                context.Log.LogInformation("{Stage}: nothing to do", stage);
            await new StageRunner((step, cancellation) => runner.RunAsync(step, Context with { Stop = stop.Token }, cancellation))
                .RunAsync(steps, new StopSignals(stop.Token, abort.Token));
        }
        catch (Exception ended) when (ended is PermitExpiredException || ended is OperationCanceledException && lease.Loss is not null)
        {
            await ThrowLossOrAsync(ended, signals.Abort);
        }
    }

    // Nobody cancelled: the first cause is who has the lease now.
    async Task ThrowLossOrAsync(Exception ended, CancellationToken cancellation)
    {
        if (await lease.FindLossAsync(cancellation) is { } loss)
            throw loss;
        ExceptionDispatchInfo.Throw(ended);
    }

    /// <summary>Undoes what was done, last first; nothing where the lease is lost, since another deployment may be at work.</summary>
    public async Task CompensateAsync(CancellationToken abort)
    {
        if (await lease.FindLossAsync(abort) is not null)
            return;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(abort, lease.Lost);
        var compensation = new Compensation(journal, step => definition.CompensatorOf(step.Id.Stage, step.CompensatorType),
            async () => await lease.FindLossAsync(abort) is null, context.Time, definition.Observer ?? NoObserver.Instance);
        try
        {
            Compensated = await compensation.RunAsync(Context, step => runner.ContextOf(step, Context), linked.Token);
        }
        catch (OperationCanceledException ended) when (lease.Loss is not null && !abort.IsCancellationRequested)
        {
            await ThrowLossOrAsync(ended, abort);
        }
    }

    /// <summary>How the deployment ends, as things stand.</summary>
    public DeploymentOutcome OutcomeOf(bool succeeded) =>
        lease.Loss is not null ? DeploymentOutcome.NeedsAttention
        : succeeded ? DeploymentOutcome.Succeeded
        : State.ToUndo.Any(step => step.ChangesWhatIsLive)
            || Compensated.Any(step => step.Result.State == CompensationState.NeedsPerson)
            ? DeploymentOutcome.NeedsAttention
            : DeploymentOutcome.RolledBack;

    /// <summary>Records what is live when all went well, sets the hold that policy demands when not, and ends the journal.</summary>
    /// <exception cref="LeaseLostException">The lease is lost: the journal is left as it is, for a rollback.</exception>
    public async Task EndAsync(bool succeeded, CancellationToken cancellation)
    {
        if (await lease.FindLossAsync(cancellation) is { } loss)
            throw loss;
        await BringToStoreAsync(succeeded, cancellation);
        var outcome = OutcomeOf(succeeded);
        if (outcome != DeploymentOutcome.Succeeded && definition.Policy.HoldsAfterRollback && HasChangedWhatIsLive
            && await store.FindHoldAsync(context.Environment, cancellation) is null)
            await store.SetHoldAsync(context.HoldBecause($"{context.Id} failed and was rolled back"), cancellation);
        if (succeeded && NewRelease() is { } release)
            await store.AddReleaseAsync(lease.Lease, release, cancellation);
        await journal.AppendAsync(JournalEvent.Ended, outcome.ToString(), cancellation);
        if (succeeded)
            await RequireEndInStoreAsync(cancellation);
    }

    async Task RequireEndInStoreAsync(CancellationToken cancellation)
    {
        try
        {
            await journal.CatchUpAsync(cancellation);
        }
        catch (Exception unreachable) when (unreachable is not (OperationCanceledException or LeaseLostException))
        {
            throw new EndNotStoredException(context.Id, unreachable);
        }
    }

    /// <summary>Whether it has touched what is live, even if that was undone since.</summary>
    public bool HasChangedWhatIsLive => State.Steps.Values.Any(step => step.AppliedFrom is not null && step.ChangesWhatIsLive);

    // A deployment that found all as it wants it makes no release: a rollback after it goes to the one before what is live.
    ReleaseRecord? NewRelease() =>
        ReleaseComposer.Compose(Context, context.Time.GetUtcNow()) is { } release
        && !(context.Live is { } live && release.HasContentOf(live) && (!HasChangedWhatIsLive || IsRecorded(live))) ? release : null;

    // A run that was killed between its release and its journal's end has recorded it already: a second record would say that a rollback brought it back.
    bool IsRecorded(ReleaseRecord live) => live.Deployment == context.Id;

    // A release whose journal lacks its end would pass for unfinished on every other machine, and be undone there.
    async Task BringToStoreAsync(bool succeeded, CancellationToken cancellation)
    {
        try
        {
            await journal.CatchUpAsync(cancellation);
        }
        catch (Exception unreachable) when (!succeeded && unreachable is not (OperationCanceledException or LeaseLostException))
        {
            context.Log.LogWarning("The end of {Deployment} stands in this machine's spool only: {Reason}", context.Id, unreachable.Message);
        }
    }

    /// <summary>Records that the environment is what <paramref name="release"/> says again, after a rollback; gives the record.</summary>
    public async Task<ReleaseRecord> RestoreReleaseAsync(ReleaseRecord release, CancellationToken cancellation)
    {
        var restored = release with { At = context.Time.GetUtcNow(), IsRestored = !release.IsWithdrawn };
        await store.AddReleaseAsync(lease.Lease, restored, cancellation);
        return restored;
    }

    /// <summary>Gives the lease back.</summary>
    public async ValueTask DisposeAsync()
    {
        await lease.DisposeAsync();
        journal.Dispose();
    }

    static async Task<Deployment> OpenAsync(
        DeploymentDefinition definition, IDeploymentStore store, DeploymentRequest request, DeploymentId id, bool resume, CancellationToken cancellation)
    {
        await store.PrepareAsync(cancellation);
        var lease = await LeaseKeeper.AcquireAsync(
            store, request.Environment, request.HolderOf(id.Value), request.LeaseLifetime, request.Wait, request.Time, request.Log, cancellation);
        try
        {
            // Asked while the lease is held: who waited for it passed all checks before the one that had it set a hold.
            if (request.HonoursHold && await store.FindHoldAsync(request.Environment, cancellation) is { } hold)
                throw new HeldException(hold);
            // What is unfinished now, nobody else will finish.
            if (!resume && Unfinished.FindOpen(await store.ListAsync(request.Environment, Rollback.Reach, cancellation)) is { } unfinished)
                throw new UnfinishedDeploymentException(unfinished);
            var context = await request.ContextAsync(id, store, cancellation);
            var journal = await JournalAsync(definition, store, lease, request, context, resume, cancellation);
            return new Deployment(definition, store, lease, journal, context with { Commit = journal.State.Header?.Commit ?? request.Commit });
        }
        catch
        {
            await lease.DisposeAsync();
            throw;
        }
    }

    static async Task<Journal> JournalAsync(
        DeploymentDefinition definition, IDeploymentStore store, LeaseKeeper lease, DeploymentRequest request, DeploymentContext context, bool resume, CancellationToken cancellation)
    {
        var spool = new JournalSpool(context.Folder);
        try
        {
            return resume
                ? await Journal.ContinueAsync(store, lease, request.Environment, context.Id, spool, request.Time, cancellation)
                : await Journal.StartAsync(store, lease, request.HeaderOf(context.Id, definition.Pipeline), spool, request.Time, cancellation);
        }
        catch
        {
            spool.Dispose();
            throw;
        }
    }
}
