using System.ComponentModel;
using System.Globalization;
using System.Reflection;

namespace Nuke.Common.Tooling;

/// <summary>The base of named values: public static fields of a class.</summary>
public abstract class Enumeration
{
    /// <summary>Values are made by the fields of the class.</summary>
    protected Enumeration()
    {
    }

    /// <summary>The text of the value.</summary>
    protected string Value { get; set; } = "";

    /// <summary>The text of the value.</summary>
    public static implicit operator string(Enumeration value) => value.Value;

    /// <summary>Same type and text.</summary>
    public static bool operator ==(Enumeration? a, Enumeration? b) => Equals(a, b);

    /// <summary>Another type or text.</summary>
    public static bool operator !=(Enumeration? a, Enumeration? b) => !Equals(a, b);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Enumeration other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Same type and text.</summary>
    protected bool Equals(Enumeration other) => other.GetType() == GetType() && other.Value == Value;

    internal static IEnumerable<Enumeration> ValuesOf(Type type)
        => type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(x => x.GetValue(null)).OfType<Enumeration>();

    /// <summary>Finds the value by its text, in any case.</summary>
    public class TypeConverter<T> : TypeConverter
        where T : Enumeration, new()
    {
        /// <inheritdoc/>
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType)
            => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        /// <inheritdoc/>
        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value)
            => value is string text
                ? ValuesOf(typeof(T)).FirstOrDefault(x => x.Value.Equals(text, StringComparison.OrdinalIgnoreCase))
                    ?? throw new FormatException($"'{text}' is none of {string.Join(", ", ValuesOf(typeof(T)))}")
                : base.ConvertFrom(context, culture, value);
    }
}
