using System.Reflection;
using Nuke.Common;
using Nuke.Common.Execution;

namespace NukeRunner.Runs;

/// <summary>Calls the build's own hooks and those of its attributes.</summary>
internal sealed class Hooks(NukeBuild? build, IReadOnlyList<IBuildExtension> extensions)
{
    public static Hooks None { get; } = new(null, []);

    public static Hooks Of(NukeBuild build)
    {
        var found = build.GetType().GetCustomAttributes<BuildExtensionAttributeBase>(inherit: true)
            .Concat(build.GetType().GetInterfaces().SelectMany(x => x.GetCustomAttributes<BuildExtensionAttributeBase>()))
            .ToArray();
        foreach (var extension in found)
            extension.Build = build;
        return new Hooks(build, [.. found.OrderByDescending(x => x.Priority)]);
    }

    public void Created(IReadOnlyCollection<ExecutableTarget> targets)
    {
        Each<IOnBuildCreated>(x => x.OnBuildCreated(targets));
        build?.OnBuildCreated();
    }

    public void Initialized(IReadOnlyCollection<ExecutableTarget> targets, IReadOnlyCollection<ExecutableTarget> plan)
    {
        Each<IOnBuildInitialized>(x => x.OnBuildInitialized(targets, plan));
        build?.OnBuildInitialized();
    }

    public void Finished()
    {
        Each<IOnBuildFinished>(x => x.OnBuildFinished());
        build?.OnBuildFinished();
    }

    public void Running(ExecutableTarget target)
    {
        Each<IOnTargetRunning>(x => x.OnTargetRunning(target));
        build?.OnTargetRunning(target.Name);
    }

    public void Skipped(ExecutableTarget target)
    {
        Each<IOnTargetSkipped>(x => x.OnTargetSkipped(target));
        build?.OnTargetSkipped(target.Name);
    }

    public void Succeeded(ExecutableTarget target)
    {
        Each<IOnTargetSucceeded>(x => x.OnTargetSucceeded(target));
        build?.OnTargetSucceeded(target.Name);
    }

    public void Failed(ExecutableTarget target)
    {
        Each<IOnTargetFailed>(x => x.OnTargetFailed(target));
        build?.OnTargetFailed(target.Name);
    }

    public void SummaryUpdated(ExecutableTarget target)
    {
        if (build is not null)
            Each<IOnTargetSummaryUpdated>(x => x.OnTargetSummaryUpdated(build, target));
    }

    void Each<T>(Action<T> call)
        where T : IBuildExtension
    {
        foreach (var extension in extensions.OfType<T>())
            call(extension);
    }
}
