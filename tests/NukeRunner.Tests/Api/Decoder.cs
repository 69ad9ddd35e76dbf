using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace NukeRunner.Tests.Api;

/// <summary>Reads signatures where the types in them do not matter.</summary>
abstract class Decoder<T> : ISignatureTypeProvider<T, object?>
{
    protected abstract T None { get; }

    public virtual T GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => None;
    public virtual T GetGenericInstantiation(T genericType, ImmutableArray<T> typeArguments) => None;
    public T GetArrayType(T elementType, ArrayShape shape) => None;
    public T GetByReferenceType(T elementType) => None;
    public T GetFunctionPointerType(MethodSignature<T> signature) => None;
    public T GetGenericMethodParameter(object? genericContext, int index) => None;
    public T GetGenericTypeParameter(object? genericContext, int index) => None;
    public T GetModifiedType(T modifier, T unmodifiedType, bool isRequired) => None;
    public T GetPinnedType(T elementType) => None;
    public T GetPointerType(T elementType) => None;
    public T GetPrimitiveType(PrimitiveTypeCode typeCode) => None;
    public T GetSZArrayType(T elementType) => None;
    public T GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => None;
    public T GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => None;
}
