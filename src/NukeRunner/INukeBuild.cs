using System.Linq.Expressions;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>What components see of the build they are part of.</summary>
public interface INukeBuild
{
    /// <summary>All targets of this run, in order.</summary>
    IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; }

    /// <summary>Targets that were asked for by name, or the default ones.</summary>
    IReadOnlyCollection<ExecutableTarget> InvokedTargets { get; }

    /// <summary>Targets that are left out.</summary>
    IReadOnlyCollection<ExecutableTarget> SkippedTargets { get; }

    /// <summary>Targets that still wait.</summary>
    IReadOnlyCollection<ExecutableTarget> ScheduledTargets { get; }

    /// <summary>Targets that run now.</summary>
    IReadOnlyCollection<ExecutableTarget> RunningTargets { get; }

    /// <summary>Targets that were cancelled.</summary>
    IReadOnlyCollection<ExecutableTarget> AbortedTargets { get; }

    /// <summary>Targets that threw.</summary>
    IReadOnlyCollection<ExecutableTarget> FailedTargets { get; }

    /// <summary>Targets that are done.</summary>
    IReadOnlyCollection<ExecutableTarget> SucceededTargets { get; }

    /// <summary>Targets that ended, well or not.</summary>
    IReadOnlyCollection<ExecutableTarget> FinishedTargets { get; }

    /// <summary>No target failed or was cancelled.</summary>
    bool IsSucceeding { get; }

    /// <summary>A target failed or was cancelled.</summary>
    bool IsFailing { get; }

    /// <summary>Nothing waits or runs any more.</summary>
    bool IsFinished { get; }

    /// <summary>The process's exit code; unset: 0, 255 after a failure, 130 after a cancellation.</summary>
    int? ExitCode { get; set; }

    /// <summary>The folder that holds <c>.nuke</c>.</summary>
    AbsolutePath RootDirectory { get; }

    /// <summary><c>.nuke/temp</c>.</summary>
    AbsolutePath TemporaryDirectory { get; }

    /// <summary>The compiled build.</summary>
    AbsolutePath BuildAssemblyFile { get; }

    /// <summary>The compiled build's folder.</summary>
    AbsolutePath BuildAssemblyDirectory { get; }

    /// <summary>The folder of the build's project.</summary>
    AbsolutePath BuildProjectDirectory { get; }

    /// <summary>The build's project.</summary>
    AbsolutePath BuildProjectFile { get; }

    /// <summary>How much is logged.</summary>
    Verbosity Verbosity { get; }

    /// <summary>Where the build runs: a terminal or a CI service.</summary>
    Host Host { get; }

    /// <summary>Whether only the plan is shown.</summary>
    bool Plan { get; }

    /// <summary>Whether only the help is shown.</summary>
    bool Help { get; }

    /// <summary>Whether the first line is left out.</summary>
    bool NoLogo { get; }

    /// <summary>Runs on somebody's machine.</summary>
    bool IsLocalBuild { get; }

    /// <summary>Runs on a CI service.</summary>
    bool IsServerBuild { get; }

    /// <summary>Goes on with what an earlier run did not finish.</summary>
    bool Continue { get; }

    /// <summary>The part of a split target that this job runs.</summary>
    Partition Partition { get; }

    /// <summary>Adds facts to the running target's line of the summary.</summary>
    void ReportSummary(Configure<Dictionary<string, string>>? configurator = null);

    /// <summary>The value of a component's parameter, or null.</summary>
    T TryGetValue<T>(Expression<Func<T>> parameterExpression)
        where T : class?
        => (T)InjectedValues.Get(parameterExpression, this, typeof(T))!;

    /// <summary>The value of a component's parameter, or the type's default.</summary>
    T TryGetValue<T>(Expression<Func<object?>> parameterExpression)
        => InjectedValues.Get(parameterExpression, this, typeof(T)) is T value ? value : default!;
}
