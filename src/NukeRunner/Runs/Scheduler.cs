using Nuke.Common.Execution;

namespace NukeRunner.Runs;

/// <summary>Runs a plan, independent targets side by side.</summary>
internal sealed class Scheduler(
    IReadOnlyList<ExecutableTarget> plan, int parallel, RunCancellation cancellation, Func<ExecutableTarget, bool, bool> execute)
{
    readonly List<ExecutableTarget> waiting = [.. plan];
    readonly Dictionary<Task<bool>, ExecutableTarget> running = [];

    /// <summary>Runs all; after a failure or a signal what is assured, one after another.</summary>
    public void Run()
    {
        var failed = false;
        while (Admit(failed) || running.Count > 0)
        {
            if (running.Count == 0)
                continue;
            if (Finish())
                continue;
            failed = true;
            cancellation.Fail();
        }

        if (!failed && !cancellation.Stopped)
            return;
        cancellation.BeginCleaning();
        foreach (var target in waiting.Where(x => x is { AssuredAfterFailure: true, Status: ExecutionStatus.Scheduled }).ToArray())
            execute(target, true);
        foreach (var target in waiting.Where(x => x.Status == ExecutionStatus.Scheduled))
            target.Status = !failed && IsDone(target) ? ExecutionStatus.Collective : ExecutionStatus.NotRun;
    }

    // The signal came when nothing was left to do: a name for things that are done is done.
    static bool IsDone(ExecutableTarget target) => target.Actions.Count == 0
        && target.AllDependencies.All(x => x.Status is ExecutionStatus.Succeeded or ExecutionStatus.Skipped or ExecutionStatus.Collective);

    bool Admit(bool failed)
    {
        var admitted = false;
        while (!failed && !cancellation.Stopped && running.Count < Math.Max(1, parallel) && Next() is { } target)
        {
            waiting.Remove(target);
            running.Add(Start(target), target);
            admitted = true;
        }

        return admitted;
    }

    /// <summary>Waits for the first to end; false if the run must not go on because of it.</summary>
    bool Finish()
    {
        var tasks = running.Keys.ToArray();
        // Running targets finish whatever was cancelled: they have the tokens, waiting for them has not.
        var ended = tasks[Task.WaitAny(tasks, CancellationToken.None)];
        running.Remove(ended);
        return ended.GetAwaiter().GetResult();
    }

    // The first in the order of the plan whose dependencies of all kinds are over.
    ExecutableTarget? Next()
        => waiting.Find(x => !x.AllDependencies.Any(y => waiting.Contains(y) || running.ContainsValue(y)));

    // A thread of its own: targets block, and the pool would be slow to make room.
    Task<bool> Start(ExecutableTarget target)
        => Task.Factory.StartNew(() => execute(target, false), CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
