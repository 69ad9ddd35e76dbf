namespace Nuke.Common.Execution;

/// <summary>Takes part in the run of a build; found as attributes of the build class.</summary>
public interface IBuildExtension
{
    /// <summary>Higher ones are called first.</summary>
    float Priority { get; }
}

/// <summary>Called when the build was made.</summary>
public interface IOnBuildCreated : IBuildExtension
{
    /// <summary>Gets all targets of the build.</summary>
    void OnBuildCreated(IReadOnlyCollection<ExecutableTarget> executableTargets);
}

/// <summary>Called when parameters have their values and the plan is known.</summary>
public interface IOnBuildInitialized : IBuildExtension
{
    /// <summary>Gets all targets, and those that will run.</summary>
    void OnBuildInitialized(
        IReadOnlyCollection<ExecutableTarget> executableTargets, IReadOnlyCollection<ExecutableTarget> executionPlan);
}

/// <summary>Called at the end, after success and failure.</summary>
public interface IOnBuildFinished : IBuildExtension
{
    /// <summary>The build is over.</summary>
    void OnBuildFinished();
}

/// <summary>Called before a target runs.</summary>
public interface IOnTargetRunning : IBuildExtension
{
    /// <summary>The target starts.</summary>
    void OnTargetRunning(ExecutableTarget target);
}

/// <summary>Called for a target that is left out.</summary>
public interface IOnTargetSkipped : IBuildExtension
{
    /// <summary>The target is skipped.</summary>
    void OnTargetSkipped(ExecutableTarget target);
}

/// <summary>Called after a target succeeded.</summary>
public interface IOnTargetSucceeded : IBuildExtension
{
    /// <summary>The target is done.</summary>
    void OnTargetSucceeded(ExecutableTarget target);
}

/// <summary>Called after a target failed.</summary>
public interface IOnTargetFailed : IBuildExtension
{
    /// <summary>The target threw.</summary>
    void OnTargetFailed(ExecutableTarget target);
}

/// <summary>Called when a target added facts to the summary.</summary>
public interface IOnTargetSummaryUpdated : IBuildExtension
{
    /// <summary>The target's facts changed.</summary>
    void OnTargetSummaryUpdated(INukeBuild build, ExecutableTarget target);
}

/// <summary>The base of attributes that take part in the run of a build.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface)]
public abstract class BuildExtensionAttributeBase : Attribute, IBuildExtension
{
    /// <summary>The running build.</summary>
    public INukeBuild Build { get; internal set; } = null!;

    /// <inheritdoc/>
    public virtual float Priority { get; set; }
}
