using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Deployments;

/// <summary>
/// Names one deployment: UTC time to the second, short commit, random suffix, for instance
/// <c>20261123T195301Z-dfce3c5-k7m2</c>. Sorts by time as text; fits a Kubernetes annotation, a label and a file name.
/// </summary>
[JsonConverter(typeof(TextConverter))]
public sealed partial record DeploymentId : IComparable<DeploymentId>
{
    const string TimeForm = "yyyyMMdd'T'HHmmss'Z'";
    const string SuffixAlphabet = "abcdefghjkmnpqrstuvwxyz23456789";

    DeploymentId(string value) => Value = value;

    /// <summary>The id as text.</summary>
    public string Value { get; }

    /// <summary>When it began, to the second, by the clock of the machine that began it.</summary>
    public DateTimeOffset BeganAt => DateTimeOffset.ParseExact(
        Value[..Value.IndexOf('-', StringComparison.Ordinal)], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>A new id for <paramref name="commit"/> (at least 7 hexadecimal digits) at the present time.</summary>
    public static DeploymentId Create(TimeProvider time, string commit) =>
        Parse($"{time.GetUtcNow().UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)}-{commit[..7]}-{RandomNumberGenerator.GetString(SuffixAlphabet, 4)}");

    /// <summary>Reads an id from text.</summary>
    /// <exception cref="MalformedDeploymentIdException">The text is no id.</exception>
    public static DeploymentId Parse(string text) =>
        Form().IsMatch(text) ? new DeploymentId(text) : throw new MalformedDeploymentIdException(text);

    /// <inheritdoc/>
    public int CompareTo(DeploymentId? other) => string.CompareOrdinal(Value, other?.Value);

    /// <summary>The id as text.</summary>
    public override string ToString() => Value;

    [GeneratedRegex("^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{7}-[a-z0-9]{4}\\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();

    sealed class TextConverter : JsonConverter<DeploymentId>
    {
        public override DeploymentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, DeploymentId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Value);
    }
}

/// <summary>A text is not a deployment id.</summary>
public sealed class MalformedDeploymentIdException(string text)
    : DeployException($"'{text}' is no deployment id.", "An id looks like 20261123T195301Z-dfce3c5-k7m2: `./build.sh History` lists the last ones.")
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
