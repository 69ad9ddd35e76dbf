using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Kinds;

/// <summary>The kinds served now: the built-in ones and those that definitions in the cluster declare.</summary>
internal sealed class KindRegistry
{
    readonly ModelSchemas schemas = new();
    readonly IReadOnlyList<ResourceKind> builtIn;
    readonly Lock gate = new();
    readonly Dictionary<string, ResourceKind> custom = new(StringComparer.Ordinal);

    public KindRegistry() => builtIn = BuiltInKinds.All(schemas);

    public IReadOnlyList<ResourceKind> All
    {
        get { lock (gate) return [.. builtIn, .. custom.Values]; }
    }

    public ResourceKind? Find(string group, string version, string plural) =>
        All.FirstOrDefault(kind => kind.Group == group && kind.Version == version && kind.Plural == plural);

    /// <summary>The kind of an object's apiVersion and kind; null for one that is not served.</summary>
    public ResourceKind? OfObject(string? apiVersion, string? kind) =>
        All.FirstOrDefault(item => item.ApiVersion == apiVersion && item.Kind == kind);

    public ResourceKind BuiltIn(string kind) => builtIn.First(item => item.Kind == kind);

    /// <summary>Serves what a definition declares. The stored version is the served one.</summary>
    public void Declare(JsonObject definition)
    {
        var version = definition.Items("spec", "versions").FirstOrDefault(item => item.Flag("storage"));
        if (version is null || !version.Flag("served")) return;
        lock (gate) custom[definition.Name()] = Custom(definition, version);
    }

    /// <summary>Serves the kind of a definition no more.</summary>
    public void Withdraw(string definition)
    {
        lock (gate) custom.Remove(definition);
    }

    ResourceKind Custom(JsonObject definition, JsonNode version) => new()
    {
        Group = definition.Text("spec", "group") ?? "",
        Version = version.Text("name") ?? "",
        Kind = definition.Text("spec", "names", "kind") ?? "",
        Plural = definition.Text("spec", "names", "plural") ?? "",
        Schema = CustomSchemas.Root(version.Map("schema", "openAPIV3Schema"), schemas),
        IsNamespaced = definition.Text("spec", "scope") == "Namespaced",
        HasStatus = version.Map("subresources", "status") is not null,
        IsCustom = true,
        ShortNames = [.. definition.Items("spec", "names", "shortNames").Select(item => item.ToString())],
    };
}
