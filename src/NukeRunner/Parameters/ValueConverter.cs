using System.ComponentModel;
using System.Globalization;
using Nuke.Common.CI;
using Nuke.Common.IO;
using Nuke.Common.Tooling;

namespace NukeRunner.Parameters;

/// <summary>Makes a value of a type from texts.</summary>
internal static class ValueConverter
{
    /// <summary>Converts; throws a <see cref="FormatException"/> that says what was expected.</summary>
    /// <param name="values">What was given; empty for a bare switch.</param>
    /// <param name="type">The parameter's type.</param>
    /// <param name="folder">Where relative paths start.</param>
    public static object? Convert(IReadOnlyList<string> values, Type type, string folder)
    {
        if (ItemType(type) is { } item)
            return List(values.Select(x => One(x, item, folder)).ToArray(), item, type);
        if (values.Count == 0)
            return IsSwitch(type) ? true : throw new FormatException("a value is missing");
        if (values.Count > 1)
            throw new FormatException(
                $"one {Describe(type)} is expected, not {values.Count}: {string.Join(' ', values)} (targets come first)");
        return One(values[0], type, folder);
    }

    /// <summary>The type of the items, if the type is a list.</summary>
    public static Type? ItemType(Type type)
    {
        if (type.IsArray)
            return type.GetElementType();
        return type.IsGenericType && type.GetGenericArguments() is [var item]
            && type.IsAssignableFrom(typeof(List<>).MakeGenericType(item))
            ? item
            : null;
    }

    static bool IsSwitch(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(bool);

    static object List(object?[] items, Type item, Type type)
    {
        var array = Array.CreateInstance(item, items.Length);
        for (var i = 0; i < items.Length; i++)
            array.SetValue(items[i], i);
        return type.IsAssignableFrom(array.GetType())
            ? array
            : Activator.CreateInstance(typeof(List<>).MakeGenericType(item), array)!;
    }

    static object? One(string text, Type type, string folder)
    {
        var target = Nullable.GetUnderlyingType(type) ?? type;
        try
        {
            return Typed(text, target, folder);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException or NotSupportedException)
        {
            throw new FormatException($"'{text}' is no {Describe(type)}", exception);
        }
    }

    static object? Typed(string text, Type type, string folder)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(AbsolutePath))
            return AbsolutePath.Create(Path.Combine(folder, text));
        if (type == typeof(Partition))
            return Partition.Parse(text);
        if (type == typeof(TimeSpan))
            return Durations.Parse(text);
        if (type == typeof(Uri))
            return new Uri(text, UriKind.Absolute);
        if (type.IsEnum)
            return Enum.IsDefined(type, Enum.Parse(type, text, ignoreCase: true)) ? Enum.Parse(type, text, ignoreCase: true) : throw new FormatException();
        if (type.IsSubclassOf(typeof(Enumeration)))
            return Enumeration.ValuesOf(type).FirstOrDefault(x => x.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                ?? throw new FormatException();
        return typeof(IConvertible).IsAssignableFrom(type)
            ? System.Convert.ChangeType(text, type, CultureInfo.InvariantCulture)
            : TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
    }

    static string Describe(Type type)
    {
        var scalar = Nullable.GetUnderlyingType(type) ?? type;
        if (IsSwitch(type))
            return "true or false";
        return ValueSets.OfType(type) is { } set ? $"value of {string.Join(", ", set)}" : scalar.Name;
    }
}
