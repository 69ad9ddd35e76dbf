using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using k8s.Models;

namespace Maily.Deploy.Sandbox.Kubernetes.Schemas;

/// <summary>Schemas of custom resources, from the openAPIV3Schema of their definition.</summary>
internal static class CustomSchemas
{
    public static FieldSchema Root(JsonObject? openApi, ModelSchemas models)
    {
        var declared = Of(openApi);
        var fields = new Dictionary<string, FieldSchema>(declared.Fields.Value, StringComparer.Ordinal)
        {
            ["apiVersion"] = new() { Shape = Shape.Text },
            ["kind"] = new() { Shape = Shape.Text },
            ["metadata"] = models.Of(typeof(V1ObjectMeta)),
        };
        return new FieldSchema
        {
            Shape = Shape.Struct,
            Fields = new Lazy<IReadOnlyDictionary<string, FieldSchema>>(fields),
            KeepsUnknown = declared.KeepsUnknown || openApi is null,
            Required = declared.Required,
        };
    }

    static FieldSchema Of(JsonObject? schema) => new()
    {
        Shape = ShapeOf(schema),
        Fields = new(schema.Map("properties")?.ToDictionary(pair => pair.Key, pair => Of(pair.Value as JsonObject), StringComparer.Ordinal)
            ?? []),
        Item = Inner(schema.Map("items") ?? schema.Map("additionalProperties")),
        Atomic = schema.Text("x-kubernetes-map-type") == "atomic",
        List = schema.Text("x-kubernetes-list-type") switch { "map" => ListKind.Map, "set" => ListKind.Set, _ => ListKind.Atomic },
        Keys = [.. schema.Items("x-kubernetes-list-map-keys").Select(key => new ListKey(key.ToString()))],
        KeepsUnknown = schema.Flag("x-kubernetes-preserve-unknown-fields"),
        Required = [.. schema.Items("required").Select(item => item.ToString())],
        Default = schema.At("default"),
    };

    static FieldSchema Inner(JsonObject? schema) => schema is null ? FieldSchema.Any : Of(schema);

    static Shape ShapeOf(JsonObject? schema)
    {
        if (schema.Flag("x-kubernetes-int-or-string")) return Shape.IntegerOrText;
        return schema.Text("type") switch
        {
            "string" => Shape.Text,
            "integer" => Shape.Integer,
            "number" => Shape.Number,
            "boolean" => Shape.Flag,
            "array" => Shape.List,
            "object" when schema.Map("additionalProperties") is not null => Shape.Map,
            "object" => Shape.Struct,
            _ => Shape.Any,
        };
    }
}
