using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Models;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Schemas;

/// <summary>What did not fit while an object was read by its schema.</summary>
internal sealed record Misfits(IReadOnlyList<string> Unknown, IReadOnlyList<string> WrongType);

/// <summary>
/// Reads an object by its schema, as the real API's typed decoding does: unknown fields and nulls are dropped, quantities get
/// their canonical form, defaults of custom resources are filled in.
/// </summary>
internal static class Conforming
{
    public static (JsonObject Object, Misfits Misfits) Conform(JsonObject obj, FieldSchema schema)
    {
        List<string> unknown = [], wrong = [];
        var result = (JsonObject)Value(obj, schema, "", unknown, wrong)!;
        return (result, new Misfits(unknown, wrong));
    }

    static JsonNode? Value(JsonNode value, FieldSchema schema, string path, List<string> unknown, List<string> wrong)
    {
        switch (schema.Shape, value)
        {
            case (Shape.Any, _): return value.DeepClone();
            case (Shape.Struct, JsonObject map): return Struct(map, schema, path, unknown, wrong);
            case (Shape.Map, JsonObject map):
                return new JsonObject(map.Where(pair => pair.Value is not null).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair =>
                    KeyValuePair.Create(pair.Key, Value(pair.Value!, schema.Item, $"{path}.{pair.Key}", unknown, wrong))));
            case (Shape.List, JsonArray list):
                return new JsonArray([.. list.OfType<JsonNode>().Select((item, at) => Value(item, schema.Item, $"{path}[{at}]", unknown, wrong))]);
            case (_, JsonValue scalar) when Fits(scalar, schema.Shape):
                return schema.Shape == Shape.Quantity ? Canonical(scalar, path, wrong) : scalar.DeepClone();
            default:
                wrong.Add($"{path.TrimStart('.')}: expected {Expected(schema.Shape)}, got {value.GetValueKind().ToString().ToLowerInvariant()}");
                return null;
        }
    }

    static JsonObject Struct(JsonObject map, FieldSchema schema, string path, List<string> unknown, List<string> wrong)
    {
        var result = new JsonObject();
        foreach (var (name, value) in map)
        {
            var member = schema.Member(name);
            if (member is null) unknown.Add($"{path}.{name}".TrimStart('.'));
            else if (value is not null) result[name] = Value(value, member, $"{path}.{name}", unknown, wrong);
        }

        foreach (var (name, field) in schema.Fields.Value)
            if (field.Default is not null) result.Default(name, field.Default.DeepClone());

        return result;
    }

    static bool Fits(JsonValue value, Shape shape)
    {
        var kind = value.GetValueKind();
        return shape switch
        {
            Shape.Text or Shape.Bytes => kind == JsonValueKind.String,
            Shape.Flag => kind is JsonValueKind.True or JsonValueKind.False,
            Shape.Integer => kind == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out _),
            Shape.Number => kind == JsonValueKind.Number,
            Shape.Quantity or Shape.IntegerOrText => kind is JsonValueKind.Number or JsonValueKind.String,
            _ => false,
        };
    }

    static JsonNode? Canonical(JsonValue value, string path, List<string> wrong)
    {
        try
        {
            return new ResourceQuantity(value.ToString()).CanonicalizeString();
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or OverflowException)
        {
            wrong.Add($"{path.TrimStart('.')}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
            return null;
        }
    }

    static string Expected(Shape shape) => shape switch
    {
        Shape.Text or Shape.Bytes => "string",
        Shape.Flag => "boolean",
        Shape.Struct or Shape.Map => "object",
        Shape.List => "array",
        Shape.IntegerOrText => "integer or string",
        Shape.Quantity => "quantity",
        _ => "numeric",
    };
}
