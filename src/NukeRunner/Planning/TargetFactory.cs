using System.Linq.Expressions;
using System.Reflection;
using Nuke.Common;
using Nuke.Common.Execution;

namespace NukeRunner.Planning;

/// <summary>Finds the targets of a build on its class and its components, and connects them.</summary>
internal static class TargetFactory
{
    const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    public static IReadOnlyList<ExecutableTarget> CreateAll(NukeBuild build, IReadOnlyList<Expression> defaults)
    {
        var names = defaults.Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var defined = PropertiesOf(build.GetType()).Select(x => Create(build, x)).ToArray();
        var targets = defined.ToDictionary(x => x.Target.Factory, x => x.Target);
        foreach (var (target, definition) in defined)
        {
            target.IsDefault = names.Contains(target.Name);
            Connect(target, definition, targets);
        }

        foreach (var (target, definition) in defined)
            ConnectBack(target, definition, targets);
        return [.. defined.Select(x => x.Target)];
    }

    /// <summary>A class's target replaces a component's of the same name; else names must differ.</summary>
    static List<PropertyInfo> PropertiesOf(Type build)
    {
        var found = new Dictionary<string, PropertyInfo>(StringComparer.Ordinal);
        foreach (var property in Hierarchy(build).SelectMany(x => x.GetProperties(Any | BindingFlags.DeclaredOnly)).Where(IsTarget))
            found.TryAdd(ShortName(property), property);
        foreach (var property in build.GetInterfaces().SelectMany(x => x.GetProperties()).Where(IsTarget))
        {
            if (!found.TryAdd(property.Name, property))
                Resolve(found, property);
        }

        return [.. found.Values];
    }

    static void Resolve(Dictionary<string, PropertyInfo> found, PropertyInfo property)
    {
        var (known, other) = (found[property.Name].DeclaringType!, property.DeclaringType!);
        if (!known.IsInterface || other.IsAssignableFrom(known))
            return;
        Assert.True(known.IsAssignableFrom(other),
            $"Both '{known.Name}' and '{other.Name}' have a target '{property.Name}': define it in the build class");
        found[property.Name] = property;
    }

    static (ExecutableTarget Target, TargetDefinition Definition) Create(NukeBuild build, PropertyInfo property)
    {
        var overridden = Hierarchy(build.GetType().BaseType)
            .Select(x => x.GetProperty(property.Name, Any | BindingFlags.DeclaredOnly))
            .OfType<PropertyInfo>().Where(x => x != property).Reverse();
        var definition = new TargetDefinition(property, build, new Stack<PropertyInfo>(overridden));
        var factory = (Target?)property.GetValue(build);
        Assert.True(factory is not null, $"The target '{ShortName(property)}' is null");
        factory(definition);
        return (Describe(property, factory, definition), definition);
    }

    static ExecutableTarget Describe(PropertyInfo property, Target factory, TargetDefinition definition) => new()
    {
        Name = ShortName(property),
        Member = property,
        Factory = factory,
        Description = definition.Text,
        Listed = !definition.Hidden,
        DynamicConditions = definition.DynamicConditions,
        StaticConditions = definition.StaticConditions,
        DependencyBehavior = definition.Behavior,
        AssuredAfterFailure = definition.Assured,
        ProceedAfterFailure = definition.Proceeds,
        DelegateRequirements = definition.Requirements,
        Actions = definition.Actions,
        ArtifactProducts = definition.Artifacts,
        PartitionSize = definition.PartitionSize,
    };

    static void Connect(ExecutableTarget target, TargetDefinition definition, Dictionary<Delegate, ExecutableTarget> all)
    {
        target.ExecutionDependencies.AddRange(Find(target, definition.DependsOnTargets, all));
        target.OrderDependencies.AddRange(Find(target, definition.AfterTargets, all));
        target.OrderDependencies.AddRange(Find(target, [.. definition.Consumed.Select(x => x.Target)], all));
        target.TriggerDependencies.AddRange(Find(target, definition.TriggeredByTargets, all));
        target.Triggers.AddRange(Find(target, definition.TriggersTargets, all));
    }

    static void ConnectBack(ExecutableTarget target, TargetDefinition definition, Dictionary<Delegate, ExecutableTarget> all)
    {
        foreach (var other in Find(target, definition.DependentForTargets, all))
            other.ExecutionDependencies.Add(target);
        foreach (var other in Find(target, definition.BeforeTargets, all))
            other.OrderDependencies.Add(target);
        foreach (var other in Find(target, definition.TriggeredByTargets, all))
            other.Triggers.Add(target);
        foreach (var other in Find(target, definition.TriggersTargets, all))
            other.TriggerDependencies.Add(target);
    }

    static IEnumerable<ExecutableTarget> Find(
        ExecutableTarget target, List<Delegate> factories, Dictionary<Delegate, ExecutableTarget> all)
    {
        foreach (var factory in factories)
        {
            Assert.True(all.TryGetValue(factory, out var found), $"Target '{target.Name}' refers to something that is no target");
            yield return found;
        }
    }

    static string NameOf(Expression expression)
        => expression is MemberExpression { Member: PropertyInfo property }
            ? ShortName(property)
            : throw new RefusedDefault(expression.ToString());

    static bool IsTarget(PropertyInfo property) => property.PropertyType == typeof(Target) && property.GetMethod is not null;

    static string ShortName(PropertyInfo property) => property.Name[(property.Name.LastIndexOf('.') + 1)..];

    static IEnumerable<Type> Hierarchy(Type? type)
    {
        for (; type is not null && type != typeof(NukeBuild); type = type.BaseType)
            yield return type;
    }

    sealed class RefusedDefault(string text) : Exception($"The default target '{text}' must name a property, as in x => x.Compile");
}
