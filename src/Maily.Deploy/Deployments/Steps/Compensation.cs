using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>How undoing one step ended.</summary>
/// <param name="Step">The step.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Result">What was done, kept, or is left to a person.</param>
public sealed record CompensatedStep(StepId Step, StepKind Kind, CompensationResult Result);

/// <summary>
/// Undoes what a journal says may have happened: each step after all those that began when it had ended, so that the way
/// back is the way there, and those that ran side by side side by side. One that fails is retried, then the rest still runs.
/// </summary>
/// <param name="journal">Says what was done, and is told what is undone.</param>
/// <param name="compensatorOf">The way back of a step; null where this program knows none.</param>
/// <param name="isHeld">Whether the lease is still held, which a clock that was set ahead leaves open until the next heartbeat.</param>
/// <param name="time">The clock.</param>
/// <param name="observer">Is told of each moment.</param>
sealed class Compensation(
    Journal journal, Func<StepHistory, ICompensator?> compensatorOf, Func<Task<bool>> isHeld, TimeProvider time, IStepObserver observer)
{
    const int Retries = 3;

    readonly ResiliencePipeline retry = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = Retries, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(500), UseJitter = true,
            ShouldHandle = async attempt => attempt.Outcome.Exception is { } failure && !attempt.Context.CancellationToken.IsCancellationRequested
                && (failure is not PermitExpiredException || await isHeld()),
        })
        .Build();

    /// <summary>Undoes all steps that may have changed something; gives what was undone, kept and left, last applied first.</summary>
    public async Task<ImmutableArray<CompensatedStep>> RunAsync(
        DeploymentContext context, Func<StepId, StepContext> contextOf, CancellationToken abort)
    {
        // Read once: undoing writes to the journal itself.
        var steps = journal.State.ToUndo;
        if (steps.IsEmpty)
            context.Log.LogInformation("Nothing to undo");
        var tasks = new Dictionary<StepId, Task<CompensatedStep>>();
        foreach (var step in steps)
        {
            Task[] later = [.. steps.Where(step.HappenedBefore).Select(other => tasks[other.Id])];
            tasks.Add(step.Id, AfterAsync(later, step));
        }

        return [.. await Task.WhenAll(steps.Select(step => tasks[step.Id]))];

        async Task<CompensatedStep> AfterAsync(Task[] later, StepHistory step)
        {
            await Task.WhenAll(later);
            return new(step.Id, step.Kind, await UndoAsync(step, context, contextOf(step.Id), abort));
        }
    }

    async Task<CompensationResult> UndoAsync(StepHistory step, DeploymentContext context, StepContext stepContext, CancellationToken abort)
    {
        if (Without(step) is { } decided)
            return decided;
        context.Log.LogInformation("Undoing {Step}", step.Id);
        await journal.AppendAsync(step, JournalEvent.Compensating, null, abort);
        var ended = await TryAsync(step, stepContext, abort);
        var result = ended with { Text = context.Redact(ended.Text) };
        // What is left to a person stays to be undone: the next rollback, on any machine, tries again.
        var happened = result.State == CompensationState.NeedsPerson ? JournalEvent.Failed : JournalEvent.Compensated;
        await journal.AppendAsync(step, happened, result.Journalled, CancellationToken.None);
        context.Log.LogInformation("{Step}: {State}, {Text}", step.Id, result.State, result.Text);
        return result;
    }

    static CompensationResult? Without(StepHistory step) => step.Kind switch
    {
        StepKind.Additive => CompensationResult.Kept(step.Leftover),
        StepKind.Irreversible => CompensationResult.NeedsPerson("cannot be undone"),
        _ => null,
    };

    async Task<CompensationResult> TryAsync(StepHistory step, StepContext context, CancellationToken abort)
    {
        try
        {
            if (compensatorOf(step) is not { } compensator)
                return CompensationResult.NeedsPerson($"this program knows no way back of type {step.CompensatorType}");
            return await retry.ExecuteAsync(async cancellation =>
            {
                await observer.ReachedAsync(step.Id, StepMoment.Compensate, cancellation);
                return await compensator.CompensateAsync(context, step.Id, step.RestorePoint ?? RestorePoint.None, step.Outputs, cancellation);
            }, abort);
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !abort.IsCancellationRequested)
        {
            return CompensationResult.NeedsPerson($"undoing failed: {failure.Message}");
        }
    }
}
