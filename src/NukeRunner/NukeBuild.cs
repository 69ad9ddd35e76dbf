using System.Linq.Expressions;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.Tooling;
using NukeRunner.Runs;

namespace Nuke.Common;

/// <summary>The base of a build: a class whose <see cref="Target"/> properties can be invoked by name.</summary>
public abstract class NukeBuild : INukeBuild
{
    /// <summary>Every build is made without arguments; parameters get their values afterwards.</summary>
    protected NukeBuild()
    {
    }

    /// <inheritdoc cref="INukeBuild.RootDirectory"/>
    public static AbsolutePath RootDirectory => BuildRun.Current.RootDirectory;

    /// <inheritdoc cref="INukeBuild.TemporaryDirectory"/>
    public static AbsolutePath TemporaryDirectory => BuildRun.Current.TemporaryDirectory;

    /// <inheritdoc cref="INukeBuild.BuildAssemblyFile"/>
    public static AbsolutePath BuildAssemblyFile => BuildRun.Current.Locations.AssemblyFile;

    /// <inheritdoc cref="INukeBuild.BuildAssemblyDirectory"/>
    public static AbsolutePath BuildAssemblyDirectory => BuildAssemblyFile.Parent!;

    /// <inheritdoc cref="INukeBuild.BuildProjectFile"/>
    public static AbsolutePath BuildProjectFile => BuildRun.Current.Locations.ProjectFile;

    /// <inheritdoc cref="INukeBuild.BuildProjectDirectory"/>
    public static AbsolutePath BuildProjectDirectory => BuildProjectFile.Parent!;

    /// <inheritdoc cref="INukeBuild.Verbosity"/>
    public static Verbosity Verbosity
    {
        get => BuildRun.Current.Verbosity;
        set => BuildRun.Current.Verbosity = value;
    }

    /// <inheritdoc cref="INukeBuild.Host"/>
    public static Host Host
    {
        get => BuildRun.Current.Host;
        set => BuildRun.Current.Host = value;
    }

    /// <summary>The profiles of <c>--profile</c>.</summary>
    public static string[] LoadedLocalProfiles => BuildRun.Current.Options.Profiles;

    /// <inheritdoc cref="INukeBuild.IsLocalBuild"/>
    public static bool IsLocalBuild => !IsServerBuild;

    /// <inheritdoc cref="INukeBuild.IsServerBuild"/>
    public static bool IsServerBuild => Host is IBuildServer;

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> ExecutionPlan { get; set; } = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> InvokedTargets => Where(x => x.Invoked);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SkippedTargets => Where(x => x.Status == ExecutionStatus.Skipped);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> ScheduledTargets => Where(x => x.Status == ExecutionStatus.Scheduled);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> RunningTargets => Where(x => x.Status == ExecutionStatus.Running);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> AbortedTargets => Where(x => x.Status == ExecutionStatus.Aborted);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FailedTargets => Where(x => x.Status == ExecutionStatus.Failed);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> SucceededTargets => Where(x => x.Status == ExecutionStatus.Succeeded);

    /// <inheritdoc/>
    public IReadOnlyCollection<ExecutableTarget> FinishedTargets
        => Where(x => x.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed
            or ExecutionStatus.Aborted or ExecutionStatus.Skipped or ExecutionStatus.Collective);

    /// <inheritdoc/>
    public bool IsSucceeding => !IsFailing;

    /// <inheritdoc/>
    public bool IsFailing => FailedTargets.Count > 0 || AbortedTargets.Count > 0 || BuildRun.Current.Cancellation.Signalled;

    /// <inheritdoc/>
    public bool IsFinished => ScheduledTargets.Count == 0 && RunningTargets.Count == 0;

    /// <inheritdoc/>
    public int? ExitCode { get; set; }

    /// <inheritdoc/>
    public bool Plan => BuildRun.Current.Options.Plan;

    /// <inheritdoc/>
    public bool Help => BuildRun.Current.Options.Help;

    /// <inheritdoc/>
    public bool NoLogo { get; set; }

    /// <inheritdoc/>
    public bool Continue => BuildRun.Current.Options.Continue;

    /// <inheritdoc/>
    public Partition Partition => BuildRun.Current.Options.Partition;

    AbsolutePath INukeBuild.RootDirectory => RootDirectory;
    AbsolutePath INukeBuild.TemporaryDirectory => TemporaryDirectory;
    AbsolutePath INukeBuild.BuildAssemblyFile => BuildAssemblyFile;
    AbsolutePath INukeBuild.BuildAssemblyDirectory => BuildAssemblyDirectory;
    AbsolutePath INukeBuild.BuildProjectDirectory => BuildProjectDirectory;
    AbsolutePath INukeBuild.BuildProjectFile => BuildProjectFile;
    Verbosity INukeBuild.Verbosity => Verbosity;
    Host INukeBuild.Host => Host;
    bool INukeBuild.IsLocalBuild => IsLocalBuild;
    bool INukeBuild.IsServerBuild => IsServerBuild;

    /// <summary>Runs the build with the process's arguments; without a target named there, the default ones.</summary>
    /// <returns>The exit code for <c>Main</c>.</returns>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new()
        => BuildRunner.Run(Invocation.OfThisProcess(), () => new T(), [.. defaultTargetExpressions.Select(x => x.Body)]);

    /// <inheritdoc/>
    public void ReportSummary(Configure<Dictionary<string, string>>? configurator = null)
        => TargetScope.Current?.Report(configurator?.Invoke([]) ?? []);

    /// <summary>Called when the build was made, before parameters have their values.</summary>
    protected internal virtual void OnBuildCreated()
    {
    }

    /// <summary>Called when parameters have their values and the plan is known, before anything runs.</summary>
    protected internal virtual void OnBuildInitialized()
    {
    }

    /// <summary>Called at the end, after success and failure.</summary>
    protected internal virtual void OnBuildFinished()
    {
    }

    /// <summary>Called before a target runs.</summary>
    protected internal virtual void OnTargetRunning(string target)
    {
    }

    /// <summary>Called for a target that is left out.</summary>
    protected internal virtual void OnTargetSkipped(string target)
    {
    }

    /// <summary>Called after a target succeeded.</summary>
    protected internal virtual void OnTargetSucceeded(string target)
    {
    }

    /// <summary>Called after a target failed.</summary>
    protected internal virtual void OnTargetFailed(string target)
    {
    }

    ExecutableTarget[] Where(Func<ExecutableTarget, bool> predicate) => [.. ExecutionPlan.Where(predicate)];
}
