using System.Text.Json;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Deployments.Steps;

/// <summary>Names a step within its deployment: the stage, then the thing, for instance <c>Migrate/20260101000000_profiles</c>.</summary>
[JsonConverter(typeof(TextConverter))]
public sealed record StepId(string Stage, string Name)
{
    /// <summary>Reads <c>Stage/Name</c>.</summary>
    public static StepId Parse(string text) =>
        text.Split('/', 2) is [var stage, var name] ? new StepId(stage, name) : throw new FormatException($"'{text}' is no step id (Stage/Name).");

    /// <summary><c>Stage/Name</c>.</summary>
    public override string ToString() => $"{Stage}/{Name}";

    sealed class TextConverter : JsonConverter<StepId>
    {
        public override StepId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Parse(reader.GetString() ?? "");

        public override void Write(Utf8JsonWriter writer, StepId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
