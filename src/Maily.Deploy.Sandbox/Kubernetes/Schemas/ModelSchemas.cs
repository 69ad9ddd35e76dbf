using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;

namespace Maily.Deploy.Sandbox.Kubernetes.Schemas;

/// <summary>Schemas of the built-in kinds: the fields come from the client library's models, the sharing from <see cref="Sharing"/>.</summary>
internal sealed class ModelSchemas
{
    readonly ConcurrentDictionary<Type, FieldSchema> structs = new();

    public FieldSchema Of(Type model) => structs.GetOrAdd(model, type => new FieldSchema
    {
        Shape = Shape.Struct,
        Atomic = Sharing.AtomicStructs.Contains(type),
        Fields = new Lazy<IReadOnlyDictionary<string, FieldSchema>>(() => FieldsOf(type)),
    });

    Dictionary<string, FieldSchema> FieldsOf(Type model)
    {
        var fields = new Dictionary<string, FieldSchema>(StringComparer.Ordinal);
        foreach (var property in model.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<JsonPropertyNameAttribute>() is not { } name) continue;
            fields[name.Name] = Sharing.Shared(model, name.Name, Typed(property.PropertyType));
        }

        return fields;
    }

    FieldSchema Typed(Type declared)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(byte[])) return Leaf(Shape.Bytes);
        if (Element(type, typeof(IDictionary<,>), 1) is { } value) return new() { Shape = Shape.Map, Item = Typed(value) };
        if (Element(type, typeof(IList<>), 0) is { } item) return new() { Shape = Shape.List, Item = Typed(item) };
        if (type == typeof(string) || type == typeof(DateTime)) return Leaf(Shape.Text);
        if (type == typeof(bool)) return Leaf(Shape.Flag);
        if (type == typeof(int) || type == typeof(long)) return Leaf(Shape.Integer);
        if (type == typeof(double)) return Leaf(Shape.Number);
        if (type == typeof(ResourceQuantity)) return Leaf(Shape.Quantity);
        if (type == typeof(IntOrString)) return Leaf(Shape.IntegerOrText);
        return type.Namespace == typeof(V1Pod).Namespace ? Of(type) : FieldSchema.Any;
    }

    static FieldSchema Leaf(Shape shape) => new() { Shape = shape };

    static Type? Element(Type type, Type open, int position) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == open ? type.GetGenericArguments()[position] : null;
}
