using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Tests.Reports;

/// <summary>The part of JSON Schema 2020-12 that the report's schema uses; a keyword it does not know is an error, not a pass.</summary>
public sealed class SchemaValidator(JsonObject root)
{
    static readonly string[] Notes = ["$schema", "$id", "$defs", "title", "description"];

    public IEnumerable<string> Validate(JsonNode? value) => Validate(root, value, "$");

    IEnumerable<string> Validate(JsonObject schema, JsonNode? value, string path) =>
        schema.Where(keyword => !Notes.Contains(keyword.Key)).SelectMany(keyword => Check(schema, keyword.Key, keyword.Value!, value, path));

    IEnumerable<string> Check(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string path) => keyword switch
    {
        "$ref" => Validate((JsonObject)root["$defs"]![((string)rule!).Split('/')[^1]]!, value, path),
        "type" => Fault(TypeOf(value) != (string)rule!, path, $"is {TypeOf(value)}, not {rule}"),
        "const" => Fault(!JsonNode.DeepEquals(rule, value), path, $"is not {rule}"),
        "enum" => Fault(!rule.AsArray().Any(one => JsonNode.DeepEquals(one, value)), path, $"is {value}, none of {rule.ToJsonString()}"),
        "pattern" => Fault(value is JsonValue && !Regex.IsMatch(value.ToString(), (string)rule!, RegexOptions.None, TimeSpan.FromSeconds(1)), path, $"does not match {rule}"),
        "minLength" => Fault(value is JsonValue && value.ToString().Length < (int)rule, path, "is too short"),
        "minimum" => Fault(value is JsonValue number && (double)number < (double)rule, path, "is too small"),
        "required" => rule.AsArray().Where(name => value is JsonObject found && !found.ContainsKey((string)name!)).Select(name => $"{path}.{name} is missing"),
        "items" => value is JsonArray items ? items.SelectMany((item, index) => Validate((JsonObject)rule, item, $"{path}[{index}]")) : [],
        "properties" => rule.AsObject().SelectMany(property => value is JsonObject found && found.TryGetPropertyValue(property.Key, out var present)
            ? Validate((JsonObject)property.Value!, present, $"{path}.{property.Key}") : []),
        "additionalProperties" => value is JsonObject found
            ? found.Where(property => schema["properties"]?.AsObject().ContainsKey(property.Key) != true)
                .SelectMany(property => rule is JsonObject each ? Validate(each, property.Value, $"{path}.{property.Key}") : [$"{path}.{property.Key} is unknown"])
            : [],
        _ => [$"the schema uses {keyword}, which this validator does not know"],
    };

    static IEnumerable<string> Fault(bool isFault, string path, string fact) => isFault ? [$"{path} {fact}"] : [];

    static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
