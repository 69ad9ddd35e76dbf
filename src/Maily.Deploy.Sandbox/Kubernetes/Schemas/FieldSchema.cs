using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Kubernetes.Schemas;

/// <summary>What a field may hold, and so how appliers share it.</summary>
internal enum Shape
{
    /// <summary>Anything at all; nobody looks inside.</summary>
    Any,
    Text,
    Integer,
    Number,
    Flag,
    Quantity,
    IntegerOrText,
    Bytes,
    Struct,
    Map,
    List,
}

/// <summary>How two managers share a list.</summary>
internal enum ListKind
{
    Atomic,
    Set,
    Map,
}

/// <summary>The schema of one field. Structs resolve their fields on first use, because some kinds contain themselves.</summary>
internal sealed class FieldSchema
{
    public static readonly FieldSchema Any = new() { Shape = Shape.Any };

    public required Shape Shape { get; init; }

    /// <summary>Fields of a struct.</summary>
    public Lazy<IReadOnlyDictionary<string, FieldSchema>> Fields { get; init; } = new(new Dictionary<string, FieldSchema>());

    /// <summary>Items of a list, values of a map.</summary>
    public FieldSchema Item { get => field ?? Any; init; }

    /// <summary>Owned and replaced as one value.</summary>
    public bool Atomic { get; init; }

    public ListKind List { get; init; }

    /// <summary>What tells the items of a list map apart.</summary>
    public IReadOnlyList<ListKey> Keys { get; init; } = [];

    /// <summary>The key by which a strategic merge patch merges items; null where it replaces the list.</summary>
    public string? PatchKey { get; init; }

    /// <summary>A struct that keeps fields it does not know.</summary>
    public bool KeepsUnknown { get; init; }

    public IReadOnlyList<string> Required { get; init; } = [];

    public JsonNode? Default { get; init; }

    /// <summary>The schema of a member of a struct or map; null where a struct has no such field.</summary>
    public FieldSchema? Member(string name) => Shape switch
    {
        Shape.Struct => Fields.Value.GetValueOrDefault(name) ?? (KeepsUnknown ? Any : null),
        Shape.Map => Item,
        _ => Any,
    };

    public bool IsGranularList => Shape == Shape.List && !Atomic && List != ListKind.Atomic;

    public bool IsGranularMap => Shape is Shape.Struct or Shape.Map && !Atomic;

    /// <summary>Same field, other sharing.</summary>
    public FieldSchema With(ListKind list, IReadOnlyList<ListKey> keys, string? patchKey, bool atomic) => new()
    {
        Shape = Shape,
        Fields = Fields,
        Item = Item,
        Atomic = atomic || Atomic,
        List = list,
        Keys = keys,
        PatchKey = patchKey,
        KeepsUnknown = KeepsUnknown,
        Required = Required,
        Default = Default,
    };
}

/// <summary>One key of a list map, with the value it has where an item leaves it out.</summary>
internal sealed record ListKey(string Name, string? Default = null);
