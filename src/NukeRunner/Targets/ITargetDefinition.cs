using System.Linq.Expressions;
using System.Runtime.CompilerServices;

namespace Nuke.Common;

/// <summary>Defines a target. Every member returns the definition, so that calls can be chained.</summary>
public interface ITargetDefinition
{
    /// <summary>Says what the target is for; shown by <c>--help</c>.</summary>
    ITargetDefinition Description(string description);

    /// <summary>What the target does. May be called several times.</summary>
    ITargetDefinition Executes(params Action[] actions);

    /// <summary>What the target does; the result is dropped, a returned task too.</summary>
    ITargetDefinition Executes<T>(Func<T> action);

    /// <summary>What the target does; the task is waited for.</summary>
    ITargetDefinition Executes(Func<Task> action);

    /// <summary>These targets run before this one, and are scheduled with it.</summary>
    ITargetDefinition DependsOn(params Target[] targets);

    /// <summary>Targets of a component run before this one; without any, the component's only target.</summary>
    ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="DependsOn{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets);

    /// <summary>This target runs before those, and is scheduled with them.</summary>
    ITargetDefinition DependentFor(params Target[] targets);

    /// <summary>This target runs before a component's targets, and is scheduled with them.</summary>
    ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="DependentFor{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets);

    /// <summary>Runs only if the condition holds, checked just before the target.</summary>
    ITargetDefinition OnlyWhenDynamic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>Runs only if the condition holds, checked before the run; dependencies are skipped too.</summary>
    ITargetDefinition OnlyWhenStatic(
        Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null);

    /// <summary>These parameters must have a value before anything runs.</summary>
    ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : class;

    /// <summary>These parameters must have a value before anything runs.</summary>
    ITargetDefinition Requires<T>(
        Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct;

    /// <summary>These conditions must hold before anything runs.</summary>
    ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements);

    /// <summary>Whether dependencies are skipped with the target.</summary>
    ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior);

    /// <summary>If both are scheduled, this target runs before those.</summary>
    ITargetDefinition Before(params Target[] targets);

    /// <summary>If both are scheduled, this target runs before a component's.</summary>
    ITargetDefinition Before<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="Before{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets);

    /// <summary>If both are scheduled, this target runs after those.</summary>
    ITargetDefinition After(params Target[] targets);

    /// <summary>If both are scheduled, this target runs after a component's.</summary>
    ITargetDefinition After<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="After{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets);

    /// <summary>Schedules those targets behind this one.</summary>
    ITargetDefinition Triggers(params Target[] targets);

    /// <summary>Schedules a component's targets behind this one.</summary>
    ITargetDefinition Triggers<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="Triggers{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets);

    /// <summary>Is scheduled behind those targets.</summary>
    ITargetDefinition TriggeredBy(params Target[] targets);

    /// <summary>Is scheduled behind a component's targets.</summary>
    ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>As <see cref="TriggeredBy{T}"/>, if the build has the component.</summary>
    ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets);

    /// <summary>Runs even after another target failed or the run was cancelled.</summary>
    ITargetDefinition AssuredAfterFailure();

    /// <summary>Others go on when this target fails; the build still fails at the end.</summary>
    ITargetDefinition ProceedAfterFailure();

    /// <summary>Is not shown by <c>--help</c>.</summary>
    ITargetDefinition Unlisted();

    /// <summary>Takes over the definition of the overridden property of the base class.</summary>
    ITargetDefinition Base();

    /// <summary>Takes over these definitions.</summary>
    ITargetDefinition Inherit(params Target[] targets);

    /// <summary>Takes over the definitions that a component gives by default.</summary>
    ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets);

    /// <summary>Files that the target makes, as patterns.</summary>
    ITargetDefinition Produces(params string[] artifacts);

    /// <summary>Takes all artifacts of these targets.</summary>
    ITargetDefinition Consumes(params Target[] targets);

    /// <summary>Takes all artifacts of a component's targets.</summary>
    ITargetDefinition Consumes<T>(params Func<T, Target>[] targets);

    /// <summary>Takes these artifacts of a target.</summary>
    ITargetDefinition Consumes(Target target, params string[] artifacts);

    /// <summary>Takes these artifacts of a component's target.</summary>
    ITargetDefinition Consumes<T>(Func<T, Target> target, params string[] artifacts);

    /// <summary>Takes these artifacts of a component's only target.</summary>
    ITargetDefinition Consumes<T>(params string[] artifacts);

    /// <summary>Splits the target over so many CI jobs.</summary>
    ITargetDefinition Partition(int size);
}
