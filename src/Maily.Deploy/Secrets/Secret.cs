using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Secrets;

/// <summary>A value that must not be shown. It prints, formats and serialises as <c>***</c>; only <see cref="Reveal"/> gives it.</summary>
[DebuggerDisplay("***")]
[JsonConverter(typeof(RedactingConverter))]
public sealed class Secret : IEquatable<Secret>
{
    /// <summary>What stands in place of the value wherever a secret is printed.</summary>
    public const string Mask = "***";

    readonly string value;

    /// <summary>Wraps <paramref name="value"/>; an empty one is refused, since it is never a secret but a mistake.</summary>
    public Secret(string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        this.value = value;
    }

    /// <summary>The value itself, for the one call that sends it to its far side.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => Mask;

    /// <inheritdoc/>
    public bool Equals(Secret? other) => other is not null && string.Equals(value, other.value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc/>
    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    sealed class RedactingConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new JsonException("A secret is never read from JSON: take it from a secret source.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Mask);
    }
}
