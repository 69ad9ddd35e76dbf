using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace NukeRunner.Tests.Api;

/// <summary>Finds what an assembly uses of the runner that the real NUKE does not have.</summary>
static class ApiUse
{
    /// <summary>Types of this namespace are the runner's own; their uses are compiled out against the real packages.</summary>
    const string Own = "NukeRunner";

    public static IReadOnlyList<string> NotInNuke(string assemblyFile, NukeApi api)
    {
        using var file = new PEReader(File.OpenRead(assemblyFile));
        var metadata = file.GetMetadataReader();
        var types = metadata.TypeReferences.Select(metadata.GetTypeReference).Where(x => IsRunner(metadata, x))
            .Select(x => Name(metadata, x)).Where(x => !IsOwn(x) && !api.Has(x));
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Select(x => (Type: Parent(metadata, x.Parent), Member: metadata.GetString(x.Name), Count: Count(x)))
            .Where(x => x.Type is not null && !IsOwn(x.Type) && !IsDelegate(x.Member) && !api.Has(x.Type, x.Member, x.Count))
            .Select(x => $"{x.Type}::{x.Member}({x.Count})");
        var settings = metadata.CustomAttributes.Select(metadata.GetCustomAttribute).SelectMany(x => Settings(metadata, x))
            .Where(x => !IsOwn(x.Type) && !api.Has(x.Type, "set_" + x.Name, 1)).Select(x => $"{x.Type}::{x.Name}");
        return [.. types.Concat(members).Concat(settings).Distinct().Order(StringComparer.Ordinal)];
    }

    static IEnumerable<(string Type, string Name)> Settings(MetadataReader metadata, CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return [];
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        return Parent(metadata, constructor.Parent) is { } type
            ? attribute.DecodeValue(new NoTypes()).NamedArguments.Select(x => (type, x.Name!))
            : [];
    }

    static int Count(MemberReference member)
        => member.GetKind() == MemberReferenceKind.Method ? member.DecodeMethodSignature(new NoTypes(), null).ParameterTypes.Length : 0;

    // Delegates have these from the compiler, not from the record.
    static bool IsDelegate(string member) => member is "Invoke" or ".ctor";

    static string? Parent(MetadataReader metadata, EntityHandle parent)
    {
        if (parent.Kind == HandleKind.TypeSpecification)
            return metadata.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(new Names(), null);
        if (parent.Kind != HandleKind.TypeReference)
            return null;
        var type = metadata.GetTypeReference((TypeReferenceHandle)parent);
        return IsRunner(metadata, type) ? Name(metadata, type) : null;
    }

    static bool IsOwn(string type) => type == Own || type.StartsWith(Own + ".", StringComparison.Ordinal);

    static bool IsRunner(MetadataReader metadata, TypeReference type) => type.ResolutionScope.Kind switch
    {
        HandleKind.AssemblyReference => metadata.GetString(
            metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name) == Own,
        HandleKind.TypeReference => IsRunner(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope)),
        _ => false,
    };

    static string Name(MetadataReader metadata, TypeReference type)
    {
        var name = metadata.GetString(type.Name).Split('`')[0];
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Name(metadata, metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope))}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Names of the runner's types; null for others.</summary>
    sealed class Names : Decoder<string?>
    {
        protected override string? None => null;

        public override string? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
            => reader.GetTypeReference(handle) is var type && IsRunner(reader, type) ? Name(reader, type) : null;

        public override string? GetGenericInstantiation(string? genericType, System.Collections.Immutable.ImmutableArray<string?> typeArguments)
            => genericType;
    }

    sealed class NoTypes : Decoder<string>, ICustomAttributeTypeProvider<string>
    {
        protected override string None => "";

        public string GetSystemType() => "";
        public bool IsSystemType(string type) => false;
        public string GetTypeFromSerializedName(string name) => "";
        public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;
    }
}
