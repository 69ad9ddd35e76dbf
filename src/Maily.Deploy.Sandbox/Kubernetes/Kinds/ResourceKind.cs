using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Kinds;

/// <summary>One kind of object that the API serves.</summary>
internal sealed class ResourceKind
{
    /// <summary>Empty for the core group.</summary>
    public required string Group { get; init; }

    public required string Version { get; init; }

    public required string Kind { get; init; }

    public required string Plural { get; init; }

    public required FieldSchema Schema { get; init; }

    public bool IsNamespaced { get; init; } = true;

    public bool HasStatus { get; init; }

    public bool HasScale { get; init; }

    /// <summary>Served by a CustomResourceDefinition: no strategic merge patch.</summary>
    public bool IsCustom { get; init; }

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As messages name it: <c>deployments.apps</c>.</summary>
    public string Resource => field ??= Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>As validation names it: <c>Deployment.apps</c>.</summary>
    public string GroupKind => Group.Length == 0 ? Kind : $"{Kind}.{Group}";

    public JsonObject NewObject() => new() { ["apiVersion"] = ApiVersion, ["kind"] = Kind };

    /// <summary>A definition may change a kind's schema; its objects stay where they are.</summary>
    public override bool Equals(object? obj) => ReferenceEquals(obj, this) || obj is ResourceKind other && other.Resource == Resource;

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Resource);

    public override string ToString() => Resource;
}
