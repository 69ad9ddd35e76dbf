using System.Linq.Expressions;
using System.Reflection;

namespace Nuke.Common;

/// <summary>What the calls on <see cref="ITargetDefinition"/> collected.</summary>
internal sealed class TargetDefinition(PropertyInfo property, INukeBuild build, Stack<PropertyInfo> baseProperties)
    : ITargetDefinition
{
    public string? Text { get; private set; }
    public List<(string Text, Func<bool> Delegate)> DynamicConditions { get; } = [];
    public List<(string Text, Func<bool> Delegate)> StaticConditions { get; } = [];
    public List<LambdaExpression> Requirements { get; } = [];
    public List<Delegate> DependsOnTargets { get; } = [];
    public List<Delegate> DependentForTargets { get; } = [];
    public List<Delegate> BeforeTargets { get; } = [];
    public List<Delegate> AfterTargets { get; } = [];
    public List<Delegate> TriggersTargets { get; } = [];
    public List<Delegate> TriggeredByTargets { get; } = [];
    public List<Action> Actions { get; } = [];
    public List<string> Artifacts { get; } = [];
    public List<(Delegate Target, string[] Artifacts)> Consumed { get; } = [];
    public DependencyBehavior Behavior { get; private set; }
    public bool Proceeds { get; private set; }
    public bool Assured { get; private set; }
    public bool Hidden { get; private set; }
    public int? PartitionSize { get; private set; }

    public ITargetDefinition Description(string description) => Set(() => Text = description);
    public ITargetDefinition Executes(params Action[] actions) => Set(() => Actions.AddRange(actions));
    public ITargetDefinition Executes<T>(Func<T> action) => Executes(new Action(() => action()));
    public ITargetDefinition Executes(Func<Task> action) => Executes(new Action(() => action().GetAwaiter().GetResult()));

    public ITargetDefinition DependsOn(params Target[] targets) => Add(DependsOnTargets, targets);
    public ITargetDefinition DependsOn<T>(params Func<T, Target>[] targets) => DependsOn(Of(targets));
    public ITargetDefinition TryDependsOn<T>(params Func<T, Target>[] targets) => build is T ? DependsOn(targets) : this;
    public ITargetDefinition DependentFor(params Target[] targets) => Add(DependentForTargets, targets);
    public ITargetDefinition DependentFor<T>(params Func<T, Target>[] targets) => DependentFor(Of(targets));
    public ITargetDefinition TryDependentFor<T>(params Func<T, Target>[] targets) => build is T ? DependentFor(targets) : this;
    public ITargetDefinition Before(params Target[] targets) => Add(BeforeTargets, targets);
    public ITargetDefinition Before<T>(params Func<T, Target>[] targets) => Before(Of(targets));
    public ITargetDefinition TryBefore<T>(params Func<T, Target>[] targets) => build is T ? Before(targets) : this;
    public ITargetDefinition After(params Target[] targets) => Add(AfterTargets, targets);
    public ITargetDefinition After<T>(params Func<T, Target>[] targets) => After(Of(targets));
    public ITargetDefinition TryAfter<T>(params Func<T, Target>[] targets) => build is T ? After(targets) : this;
    public ITargetDefinition Triggers(params Target[] targets) => Add(TriggersTargets, targets);
    public ITargetDefinition Triggers<T>(params Func<T, Target>[] targets) => Triggers(Of(targets));
    public ITargetDefinition TryTriggers<T>(params Func<T, Target>[] targets) => build is T ? Triggers(targets) : this;
    public ITargetDefinition TriggeredBy(params Target[] targets) => Add(TriggeredByTargets, targets);
    public ITargetDefinition TriggeredBy<T>(params Func<T, Target>[] targets) => TriggeredBy(Of(targets));
    public ITargetDefinition TryTriggeredBy<T>(params Func<T, Target>[] targets) => build is T ? TriggeredBy(targets) : this;

    public ITargetDefinition OnlyWhenDynamic(Func<bool> condition, string? conditionExpression = null)
        => Set(() => DynamicConditions.Add((Conditions.Tidy(conditionExpression), condition)));

    public ITargetDefinition OnlyWhenStatic(Func<bool> condition, string? conditionExpression = null)
        => Set(() => StaticConditions.Add((Conditions.Tidy(conditionExpression), condition)));

    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : class
        => Set(() => Requirements.AddRange([parameterRequirement, .. parameterRequirements]));

    public ITargetDefinition Requires<T>(Expression<Func<T?>> parameterRequirement, params Expression<Func<T?>>[] parameterRequirements)
        where T : struct
        => Set(() => Requirements.AddRange([parameterRequirement, .. parameterRequirements]));

    public ITargetDefinition Requires(Expression<Func<bool>> requirement, params Expression<Func<bool>>[] requirements)
        => Set(() => Requirements.AddRange([requirement, .. requirements]));

    public ITargetDefinition WhenSkipped(DependencyBehavior dependencyBehavior) => Set(() => Behavior = dependencyBehavior);
    public ITargetDefinition AssuredAfterFailure() => Set(() => Assured = true);
    public ITargetDefinition ProceedAfterFailure() => Set(() => Proceeds = true);
    public ITargetDefinition Unlisted() => Set(() => Hidden = true);
    public ITargetDefinition Produces(params string[] artifacts) => Set(() => Artifacts.AddRange(artifacts));

    public ITargetDefinition Consumes(params Target[] targets)
        => Set(() => Consumed.AddRange(targets.Select(x => ((Delegate)x, Array.Empty<string>()))));

    public ITargetDefinition Consumes<T>(params Func<T, Target>[] targets) => Consumes(Of(targets));
    public ITargetDefinition Consumes(Target target, params string[] artifacts) => Set(() => Consumed.Add((target, artifacts)));
    public ITargetDefinition Consumes<T>(Func<T, Target> target, params string[] artifacts) => Consumes(target((T)build), artifacts);
    public ITargetDefinition Consumes<T>(params string[] artifacts) => Consumes(Of<T>()[0], artifacts);

    public ITargetDefinition Partition(int size)
    {
        Assert.True(size > 1, "A partition has at least two parts");
        return Set(() => PartitionSize = size);
    }

    public ITargetDefinition Base()
    {
        Assert.True(baseProperties.Count > 0,
            $"Target '{property.Name}' overrides nothing. To take over a component's definition use Inherit<T>()");
        return Inherit(NonVirtual.Get<Target>(baseProperties.Pop(), build));
    }

    public ITargetDefinition Inherit(params Target[] targets)
    {
        foreach (var target in targets)
            target(this);
        return this;
    }

    public ITargetDefinition Inherit<T>(params Expression<Func<T, Target>>[] targets)
    {
        var properties = targets.Length > 0
            ? targets.Select(x => (PropertyInfo)((MemberExpression)x.Body).Member)
            : [OnlyTargetOf<T>()];
        return Inherit([.. properties.Select(x => NonVirtual.Get<Target>(x, build))]);
    }

    TargetDefinition Set(Action change)
    {
        change();
        return this;
    }

    TargetDefinition Add(List<Delegate> list, Target[] targets) => Set(() => list.AddRange(targets));

    Target[] Of<T>(params Func<T, Target>[] targets)
    {
        Assert.True(build is T, $"Target '{property.Name}' needs the component '{typeof(T).Name}', which the build does not have");
        return targets.Length > 0
            ? [.. targets.Select(x => x((T)build))]
            : [(Target)OnlyTargetOf<T>().GetValue(build)!];
    }

    PropertyInfo OnlyTargetOf<T>()
    {
        var found = typeof(T).GetProperties().Where(x => x.PropertyType == typeof(Target)).ToArray();
        Assert.True(found.Length == 1,
            $"Target '{property.Name}' names the component '{typeof(T).Name}' without a target, but it has {found.Length}: "
            + string.Join(", ", found.Select(x => x.Name)));
        return found[0];
    }
}
