using Nuke.Common.Execution;
using NukeRunner.Output;

namespace NukeRunner.Runs;

/// <summary>The target that the calling code runs in; flows into its tasks.</summary>
internal sealed class TargetScope(BuildRun run, ExecutableTarget target, RunOutput.Block block, bool cleaning)
{
    static readonly AsyncLocal<TargetScope?> Flowing = new();

    public static TargetScope? Current
    {
        get => Flowing.Value;
        set => Flowing.Value = value;
    }

    public ExecutableTarget Target => target;

    public RunOutput.Block Block => block;

    /// <summary>An assured target that runs because something went wrong.</summary>
    public bool Cleaning => cleaning;

    public void Report(Dictionary<string, string> facts)
    {
        foreach (var (key, value) in facts)
            target.SummaryInformation[key] = value;
        run.Hooks.SummaryUpdated(target);
    }
}
