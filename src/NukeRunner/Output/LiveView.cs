using Nuke.Common.CI;
using Nuke.Common.Execution;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace NukeRunner.Output;

/// <summary>On a terminal, one line below the log: what runs, and for how long.</summary>
internal sealed class LiveView : IDisposable
{
    readonly BuildRun run;
    readonly IReadOnlyList<ExecutableTarget> plan;
    readonly Dictionary<ExecutableTarget, long> since = [];
    readonly ITimer? timer;

    public LiveView(BuildRun run, IReadOnlyList<ExecutableTarget> plan)
    {
        this.run = run;
        this.plan = plan;
        if (run.Invocation.Console.IsTerminal && run.Host is not IBuildServer && !run.Invocation.Variables.ContainsKey("CI"))
            timer = run.Invocation.Time.CreateTimer(_ => Draw(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Dispose()
    {
        timer?.Dispose();
        if (timer is not null)
            run.Output.Live("");
    }

    void Draw()
    {
        lock (since)
        {
            var time = run.Invocation.Time;
            foreach (var target in plan.Where(x => x.Status == ExecutionStatus.Running))
                since.TryAdd(target, time.GetTimestamp());
            var running = plan.Where(x => x.Status == ExecutionStatus.Running)
                .Select(x => $"{x.Name} {Durations.Show(time.GetElapsedTime(since[x]))}");
            var waiting = plan.Count(x => x.Status == ExecutionStatus.Scheduled);
            run.Output.Live($"> {string.Join(" | ", running)} ({waiting} waiting)");
        }
    }
}
