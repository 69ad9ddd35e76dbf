using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Plans;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>Runs one step: captured, applying, applied, verified, each written to the journal before the next begins.</summary>
sealed class StepRunner(Journal journal, LeaseKeeper lease, TimeProvider time, IStepObserver observer)
{
    /// <summary>Runs the step, or goes on where the journal says it stopped; gives what its far side answered.</summary>
    public async Task<StepOutputs> RunAsync(Step step, DeploymentContext context, CancellationToken abort)
    {
        try
        {
            return await GoAsync(step, context, abort);
        }
        catch (Exception failure)
        {
            await WriteFailureAsync(step, failure, context, abort);
            throw;
        }
    }

    async Task WriteFailureAsync(Step step, Exception failure, DeploymentContext context, CancellationToken abort)
    {
        try
        {
            // Written without the token: an aborted step must still be in the journal, or nobody undoes it.
            await journal.AppendAsync(step, JournalEvent.Failed, record => record with { Text = context.Redact(Describe(failure, abort)) }, CancellationToken.None);
        }
        catch (Exception unwritten)
        {
            // The step's own failure is the first cause and must not be hidden by what followed from it.
            context.Log.LogError("The failure of {Step} could not be journalled: {Reason}", step.Id, unwritten.Message);
        }
    }

    /// <summary>The right to change the far side, for one step or its compensation.</summary>
    public StepContext ContextOf(StepId step, DeploymentContext context) =>
        new(context, new ChangePermit(context.Id, step, lease.Lease.FencingNumber, time, () => lease.Left));

    async Task<StepOutputs> GoAsync(Step step, DeploymentContext context, CancellationToken abort)
    {
        var before = journal.State.Steps.GetValueOrDefault(step.Id);
        if (before?.RestorePoint is null)
        {
            await PlanGuard.EnsureAsync(step, context, abort);
            var restorePoint = await step.CaptureAsync(context, abort);
            await journal.AppendAsync(step, JournalEvent.Captured, record => record with { RestorePoint = restorePoint }, abort);
        }

        var found = await step.FindAsync(context, abort);
        if (found.State == FindingState.AlreadyAsWanted && before?.AppliedFrom is null)
            return await KeepAsync(step, found.Outputs, context, abort);

        var outputs = found.State == FindingState.Absent ? await ApplyAsync(step, context, abort) : found.Outputs;
        await journal.AppendAsync(step, JournalEvent.Applied, record => record with { Outputs = outputs }, abort);
        await observer.ReachedAsync(step.Id, StepMoment.Verify, abort);
        await VerifyAsync(step, context, outputs, abort);
        await journal.AppendAsync(step, JournalEvent.Verified, record => record with { Outputs = outputs }, abort);
        context.Log.LogInformation("{Step}: verified, {Outputs}", step.Id.Name, outputs);
        return outputs;
    }

    async Task<StepOutputs> KeepAsync(Step step, StepOutputs outputs, DeploymentContext context, CancellationToken abort)
    {
        context.Log.LogInformation("{Step}: unchanged, {Outputs}", step.Id.Name, outputs);
        await journal.AppendAsync(step, JournalEvent.Unchanged, record => record with { Outputs = outputs }, abort);
        return outputs;
    }

    async Task<StepOutputs> ApplyAsync(Step step, DeploymentContext context, CancellationToken abort)
    {
        // Asked here and not before: a run that resumes needs consent too, and what is as wanted already does not.
        if (step.Kind == StepKind.Irreversible && !context.IsConsented)
            throw new IrreversibleStepException(step, context.Environment);
        context.Log.LogInformation("{Step}: {Title}", step.Id.Name, step.Title);
        await journal.AppendAsync(step, JournalEvent.Applying, record => record, abort);
        // Asked after the append: the change may only begin once other machines can read that it may have happened.
        if (journal.Impaired is { } reason)
            throw new JournalUnreachableException(step.Id, reason);
        try
        {
            await observer.ReachedAsync(step.Id, StepMoment.BeforeApply, abort);
            var outputs = await step.ApplyAsync(ContextOf(step.Id, context), abort);
            await observer.ReachedAsync(step.Id, StepMoment.AfterApply, abort);
            return outputs;
        }
        catch (Exception doubt) when (doubt is DeployException { LeavesDoubt: true } or not DeployException && !abort.IsCancellationRequested)
        {
            if (await FindAfterAsync(step, context, abort) is not { } found)
                throw;
            context.Log.LogWarning("{Step} was done, although its answer was lost: {Reason}", step.Id, doubt.Message);
            return found;
        }
    }

    /// <summary>What the far side shows of a change whose answer was lost; null where it shows nothing or gives no answer again.</summary>
    static async Task<StepOutputs?> FindAfterAsync(Step step, DeploymentContext context, CancellationToken abort)
    {
        try
        {
            var found = await step.FindAsync(context, abort);
            return found.State == FindingState.AppliedByThis ? found.Outputs : null;
        }
        catch (Exception unanswered)
        {
            context.Log.LogWarning("{Step} cannot be looked up: {Reason}", step.Id, unanswered.Message);
            return null;
        }
    }

    static async Task VerifyAsync(Step step, DeploymentContext context, StepOutputs outputs, CancellationToken abort)
    {
        var verification = await step.VerifyAsync(context, outputs, abort);
        if (!verification.IsAsWanted)
            throw new StepNotVerifiedException(step.Id, verification);
    }

    static string Describe(Exception failure, CancellationToken abort) =>
        failure is OperationCanceledException && abort.IsCancellationRequested ? "aborted" : failure.Message;
}

/// <summary>A step cannot be undone, and nobody consented to the deployment.</summary>
public sealed class IrreversibleStepException(Step step, string environment)
    : DeployException($"{step.Id} cannot be undone, and nobody consented to it: {step.Title}.", $"See what `./build.sh Plan` announces, then deploy with --yes or --confirm {environment}.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A step's change was made, but its far side does not show what is wanted.</summary>
public sealed class StepNotVerifiedException(StepId step, Verification verification)
    : DeployException($"{step} was applied, but is not what it should be.",
        "Look at the far side: somebody else may be changing it.", $"wanted {verification.Wanted}, observed {verification.Observed}")
{
    /// <summary>The step.</summary>
    public StepId Step { get; } = step;
}

/// <summary>The journal's store cannot be reached, so that no new step is begun.</summary>
public sealed class JournalUnreachableException(StepId step, Exception reason)
    : DeployException($"{step} is not begun: the journal cannot be reached.", "Make MAILY_JOURNAL_URL reachable and deploy again.", reason.Message, reason);
