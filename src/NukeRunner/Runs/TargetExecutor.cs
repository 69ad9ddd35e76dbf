using System.Reflection;
using Nuke.Common.Execution;
using NukeRunner.Planning;
using Serilog;

namespace NukeRunner.Runs;

/// <summary>Runs one target and notes how it ended.</summary>
internal sealed class TargetExecutor(BuildRun run, BuildAttempt attempt)
{
    /// <summary>Returns false if the run must not go on because of this target.</summary>
    public bool Execute(ExecutableTarget target, bool cleaning)
    {
        if (IsSkipped(target))
        {
            target.Status = ExecutionStatus.Skipped;
            run.Hooks.Skipped(target);
            return true;
        }

        if (target.Actions.Count == 0)
        {
            target.Status = ExecutionStatus.Collective;
            return true;
        }

        using var block = run.Output.Begin(target.Name);
        TargetScope.Current = new TargetScope(run, target, block, cleaning);
        try
        {
            return RunActions(target) || target.ProceedAfterFailure;
        }
        finally
        {
            TargetScope.Current = null;
        }
    }

    bool IsSkipped(ExecutableTarget target)
    {
        if (target.Status == ExecutionStatus.Skipped || attempt.Succeeded(target))
            return true;
        try
        {
            Skipping.Violated(target, target.DynamicConditions);
        }
        catch (Exception exception)
        {
            target.DynamicConditions.Clear();
            target.Actions.Clear();
            target.Actions.Add(() => throw new ConditionFailedException(target.Name, exception));
        }

        return target.OnlyWhen is not null;
    }

    bool RunActions(ExecutableTarget target)
    {
        var start = run.Invocation.Time.GetTimestamp();
        target.Status = ExecutionStatus.Running;
        try
        {
            run.Hooks.Running(target);
            foreach (var action in target.Actions)
                action();
            target.Duration = run.Invocation.Time.GetElapsedTime(start);
            target.Status = ExecutionStatus.Succeeded;
            run.Hooks.Succeeded(target);
            attempt.Add(target);
            return true;
        }
        catch (Exception exception)
        {
            target.Duration = run.Invocation.Time.GetElapsedTime(start);
            Failed(target, Unwrap(exception));
            return false;
        }
    }

    void Failed(ExecutableTarget target, Exception exception)
    {
        if (exception is OperationCanceledException && (Cancellation.Stop.IsCancellationRequested || Cancellation.Abort.IsCancellationRequested))
        {
            target.Status = ExecutionStatus.Aborted;
            Log.Warning("Target {TargetName} was cancelled", target.Name);
        }
        else
        {
            target.Status = ExecutionStatus.Failed;
            if (target.SummaryInformation.Count == 0)
                target.SummaryInformation[exception.GetType().Name] = exception.Message.Split('\n')[0].TrimEnd('\r');
            Log.Error(exception, "Target {TargetName} has thrown an exception", target.Name);
        }

        run.Hooks.Failed(target);
    }

    static Exception Unwrap(Exception exception) => exception switch
    {
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        AggregateException { InnerExceptions: [var inner] } => Unwrap(inner),
        _ => exception,
    };

    sealed class ConditionFailedException(string target, Exception inner)
        : Exception($"A condition of {target} has thrown: {inner.Message}", inner);
}
