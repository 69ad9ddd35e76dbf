using System.Reflection;
using Nuke.Common;
using Nuke.Common.Tooling;

namespace NukeRunner.Parameters;

/// <summary>The values that a parameter may have, where they can be listed.</summary>
internal static class ValueSets
{
    const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    public static IReadOnlyList<string>? OfType(Type type)
    {
        var scalar = Scalar(type);
        if (scalar.IsEnum)
            return [.. Enum.GetNames(scalar).Order(StringComparer.Ordinal)];
        return scalar.IsSubclassOf(typeof(Enumeration))
            ? [.. Enumeration.ValuesOf(scalar).Select(x => x.ToString()).Order(StringComparer.Ordinal)]
            : null;
    }

    public static IReadOnlyList<string>? FromProvider(ParameterAttribute? attribute, object build)
    {
        if (attribute?.ValueProviderMember is not { } name)
            return null;
        var member = (attribute.ValueProviderType ?? build.GetType()).GetMember(name, All).FirstOrDefault();
        var values = member switch
        {
            FieldInfo field => field.GetValue(field.IsStatic ? null : build),
            PropertyInfo property => property.GetValue(property.GetMethod!.IsStatic ? null : build),
            _ => null,
        };
        Assert.True(values is IEnumerable<string>, $"The value provider '{name}' must be an IEnumerable<string>");
        return [.. ((IEnumerable<string>)values).Order(StringComparer.Ordinal)];
    }

    /// <summary>The type of one value: without list and nullable.</summary>
    public static Type Scalar(Type type)
    {
        var item = ValueConverter.ItemType(type) ?? type;
        return Nullable.GetUnderlyingType(item) ?? item;
    }
}
