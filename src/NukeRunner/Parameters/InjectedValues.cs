using System.Linq.Expressions;
using System.Reflection;
using NukeRunner.Parameters;
using NukeRunner.Runs;

namespace Nuke.Common.ValueInjection;

/// <summary>Gives members with injection attributes their values.</summary>
internal static class InjectedValues
{
    const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    public static object? Get(LambdaExpression expression, INukeBuild build, Type type)
    {
        var member = ((MemberExpression)Unconverted(expression.Body)).Member;
        var attribute = member.GetCustomAttribute<ValueInjectionAttributeBase>();
        Assert.True(attribute is not null, $"'{member.Name}' has no attribute that gives it a value, such as [Parameter]");
        attribute.Build = build;
        return attribute is ParameterAttribute
            ? BuildRun.Current.Values.Get(ParameterMember.Of(member) with { Type = type })
            : attribute.TryGetValue(member, build);
    }

    public static void Inject(NukeBuild build)
    {
        var members = MembersOf(build.GetType())
            .Select(x => (Member: x, Attribute: x.GetCustomAttribute<ValueInjectionAttributeBase>()!))
            .OrderByDescending(x => x.Attribute.Priority);
        foreach (var (member, attribute) in members)
        {
            attribute.Build = build;
            if (attribute.TryGetValue(member, build) is { } value)
                Set(member, build, value);
        }
    }

    /// <summary>All fields and properties of the class and its bases that have such an attribute.</summary>
    public static IEnumerable<MemberInfo> MembersOf(Type type)
        => Hierarchy(type).SelectMany(x => x.GetMembers(Declared))
            .Where(x => x is FieldInfo or PropertyInfo && x.IsDefined(typeof(ValueInjectionAttributeBase), true));

    public static Expression Unconverted(Expression body)
        => body is UnaryExpression { NodeType: ExpressionType.Convert } conversion ? conversion.Operand : body;

    static IEnumerable<Type> Hierarchy(Type? type)
    {
        for (; type is not null && type != typeof(NukeBuild) && type != typeof(object); type = type.BaseType)
            yield return type;
    }

    static void Set(MemberInfo member, object build, object value)
    {
        if (member is FieldInfo field)
            field.SetValue(build, value);
        else if (member is PropertyInfo property)
            Backing(property, build, value);
    }

    static void Backing(PropertyInfo property, object build, object value)
    {
        if (property.SetMethod is not null)
            property.SetValue(build, value);
        else
            property.DeclaringType!.GetField($"<{property.Name}>k__BackingField", Declared)?.SetValue(build, value);
    }
}
