using System.Text.Json;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Deployments.Stores;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>
/// Writes one deployment's journal. Each record goes to the local spool first, then to the store, and is durable in both
/// when the call returns. When the store cannot be reached, <see cref="StoreIsLost"/> says so: no new step is admitted
/// then, and undoing goes on from the spool.
/// </summary>
public sealed class Journal : IDisposable
{
    readonly SemaphoreSlim turn = new(1);
    readonly IJournalStore store;
    readonly LeaseKeeper lease;
    readonly DeploymentId deployment;
    readonly JournalSpool spool;
    readonly TimeProvider time;
    readonly List<JournalRecord> unsent = [];

    Journal(IJournalStore store, LeaseKeeper lease, DeploymentId deployment, JournalSpool spool, TimeProvider time, JournalState state) =>
        (this.store, this.lease, this.deployment, this.spool, this.time, State) = (store, lease, deployment, spool, time, state);

    /// <summary>All that was written so far, folded.</summary>
    public JournalState State { get; private set; }

    /// <summary>Why the store could not be reached, once it could not.</summary>
    public Exception? StoreIsLost { get; private set; }

    /// <summary>Why the local spool could not be written, once it could not (a full disk).</summary>
    public Exception? SpoolIsLost { get; private set; }

    /// <summary>Why no new step may begin: a record is only in one of the two places; null while all is well.</summary>
    public Exception? Impaired => StoreIsLost ?? SpoolIsLost;

    /// <summary>Begins the journal of a new deployment.</summary>
    public static async Task<Journal> StartAsync(
        IDeploymentStore store, LeaseKeeper lease, DeploymentHeader header, JournalSpool spool, TimeProvider time, CancellationToken cancellation)
    {
        var journal = new Journal(store, lease, DeploymentId.Parse(header.Id), spool, time, JournalState.Empty);
        await journal.AppendAsync(JournalEvent.Started, JsonSerializer.Serialize(header, DeploymentJson.Line), cancellation);
        return journal;
    }

    /// <summary>Goes on with the journal of a deployment that another process began.</summary>
    public static async Task<Journal> ContinueAsync(
        IDeploymentStore store, LeaseKeeper lease, string environment, DeploymentId deployment, JournalSpool spool, TimeProvider time, CancellationToken cancellation)
    {
        var state = await ReadAsync(store, environment, deployment, cancellation);
        var journal = new Journal(store, lease, deployment, spool, time, state);
        foreach (var record in await spool.ReadAfterAsync(state, cancellation))
            await journal.CatchUpAsync(record, cancellation);
        if (journal.State.Header is { } header && header.Environment != environment)
            throw new OtherEnvironmentException(deployment, environment, header.Environment);
        if (journal.State.Header is null)
            throw new UnknownDeploymentException(deployment, environment, [.. (await store.ListAsync(environment, 5, cancellation)).Select(summary => summary.Header.Id)]);
        return journal;
    }

    /// <summary>Reads a journal and folds it.</summary>
    public static async Task<JournalState> ReadAsync(IJournalStore store, string environment, DeploymentId deployment, CancellationToken cancellation)
    {
        var state = JournalState.Empty;
        await foreach (var record in store.ReadAsync(environment, deployment, cancellation))
            state = state.With(record);
        return state;
    }

    /// <summary>Appends a record of the deployment itself.</summary>
    public Task AppendAsync(JournalEvent happened, string? text, CancellationToken cancellation) =>
        AppendAsync(record => record with { Event = happened, Text = text }, cancellation);

    /// <summary>Appends a record of a step.</summary>
    public Task AppendAsync(Step step, JournalEvent happened, Func<JournalRecord, JournalRecord> fill, CancellationToken cancellation) =>
        AppendAsync(record => fill(record with { Event = happened, Step = step.Id, Kind = step.Kind, CompensatorType = step.CompensatorType }), cancellation);

    /// <summary>Appends a record of a step that is known from the journal only.</summary>
    public Task AppendAsync(StepHistory step, JournalEvent happened, string? text, CancellationToken cancellation) =>
        AppendAsync(record => record with { Event = happened, Step = step.Id, Kind = step.Kind, CompensatorType = step.CompensatorType, Text = text }, cancellation);

    /// <summary>Brings to the store what only the spool has, now that the store may answer again; throws where it does not.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            for (; unsent.Count > 0; unsent.RemoveAt(0))
                await store.AppendAsync(lease.Lease, deployment, unsent[0], cancellation);
            StoreIsLost = null;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        turn.Dispose();
        spool.Dispose();
    }

    async Task AppendAsync(Func<JournalRecord, JournalRecord> fill, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            var record = fill(new JournalRecord
            {
                Sequence = State.LastSequence + 1, At = time.GetUtcNow(), FencingNumber = lease.Lease.FencingNumber, Event = default,
            });
            State = State.With(record);
            // Not cancelled once begun: a record whose place is taken or not, nobody knows, would break the journal.
            await SpoolAsync(record, CancellationToken.None);
            await StoreAsync(record, CancellationToken.None);
            if (StoreIsLost is { } store && SpoolIsLost is not null)
                throw new JournalLostException(deployment, store);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Brings a record to the store that only this machine's spool holds, since the store could not be reached then.</summary>
    async Task CatchUpAsync(JournalRecord record, CancellationToken cancellation)
    {
        var next = State.With(record);
        await store.AppendAsync(lease.Lease, deployment, record, cancellation);
        State = next;
    }

    async Task SpoolAsync(JournalRecord record, CancellationToken cancellation)
    {
        if (SpoolIsLost is not null)
            return;
        try
        {
            await spool.AppendAsync(record, cancellation);
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            SpoolIsLost = unwritten;
        }
    }

    async Task StoreAsync(JournalRecord record, CancellationToken cancellation)
    {
        if (StoreIsLost is not null)
        {
            unsent.Add(record);
            return;
        }

        try
        {
            await store.AppendAsync(lease.Lease, deployment, record, cancellation);
        }
        catch (LeaseLostException loss)
        {
            await lease.LoseAsync(loss);
            throw;
        }
        catch (Exception unreachable) when (!cancellation.IsCancellationRequested)
        {
            StoreIsLost = unreachable;
            unsent.Add(record);
        }
    }
}

/// <summary>Neither the store nor the local spool takes records any more, so that nothing more may be changed.</summary>
public sealed class JournalLostException(DeploymentId deployment, Exception reason)
    : DeployException($"The journal of {deployment} can be written nowhere any more.",
        "Make MAILY_JOURNAL_URL reachable and free disk space, then run `./build.sh Rollback`.", reason.Message, reason)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}

/// <summary>A journal tells of a deployment to another environment: its ways back lead to far sides of that one.</summary>
public sealed class OtherEnvironmentException(DeploymentId deployment, string environment, string written)
    : DeployException($"{deployment} was a deployment to {written}, not to {environment}.",
        $"Give --environment {written}, and check that MAILY_JOURNAL_URL is the one of {environment}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>The environment's journals hold no such deployment.</summary>
public sealed class UnknownDeploymentException(DeploymentId deployment, string environment, IReadOnlyCollection<string> known)
    : DeployException($"{environment} has no deployment {deployment}.", "Name one of the deployments of this environment: `./build.sh History` lists them.",
        known.Count > 0 ? $"The last ones: {string.Join(", ", known)}" : null)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
