using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Maily.Deploy.Deployments.Pipelines;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>Runs the steps of one stage side by side, each after those it names; the first failure admits no further step.</summary>
sealed class StageRunner(Func<Step, CancellationToken, Task> run)
{
    readonly Lock gate = new();
    Exception? first;

    /// <summary>Runs all steps. When one fails the running ones finish, then its error is thrown.</summary>
    public async Task RunAsync(ImmutableArray<Step> steps, StopSignals signals)
    {
        var tasks = new Dictionary<StepId, Task<bool>>();
        foreach (var (step, after) in Order(steps))
            tasks.Add(step.Id, RunAfterAsync(step, [.. after.Select(id => tasks[id])], signals));
        var done = await Task.WhenAll(tasks.Values);
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
        if (!done.All(finished => finished))
            throw new OperationCanceledException(signals.Stop);
    }

    /// <summary>Checks the whole stage before any of its steps begins.</summary>
    static ImmutableArray<(Step Step, ImmutableArray<StepId> After)> Order(ImmutableArray<Step> steps)
    {
        var known = new HashSet<StepId>();
        foreach (var step in steps)
        {
            if (step.After.FirstOrDefault(id => !known.Contains(id)) is { Stage: not null } missing)
                throw new BrokenPipelineException($"{step.Id} comes after {missing}, which is no step before it in its stage.");
            if (!known.Add(step.Id))
                throw new BrokenPipelineException($"Two steps are called {step.Id}.");
        }

        return [.. steps.Select(step => (step, step.After))];
    }

    async Task<bool> RunAfterAsync(Step step, ImmutableArray<Task<bool>> former, StopSignals signals)
    {
        var ready = await Task.WhenAll(former);
        if (!ready.All(done => done) || signals.Stop.IsCancellationRequested || Volatile.Read(ref first) is not null)
            return false;
        try
        {
            await run(step, signals.Abort);
            return true;
        }
        catch (Exception failure)
        {
            if (failure is OperationCanceledException && !signals.Stop.IsCancellationRequested && !signals.Abort.IsCancellationRequested)
                failure = new StepTimedOutException(step.Id, failure);
            lock (gate)
                first ??= failure;
            return false;
        }
    }
}

/// <summary>A client inside a step gave up waiting for its far side; nobody had asked the run to end.</summary>
public sealed class StepTimedOutException(StepId step, Exception cause)
    : DeployException($"{step} waited too long for its far side.", "See whether the far side is slow or cannot be reached, then deploy again.", cause.Message, cause);
