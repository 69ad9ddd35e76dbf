using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Schemas;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>Custom resources and their definitions.</summary>
internal static class CustomRules
{
    public static void Required(JsonNode? value, FieldSchema schema, string path, FieldFaults faults)
    {
        if (value is JsonObject map)
        {
            foreach (var name in schema.Required.Where(name => map[name] is null)) faults.Required(Join(path, name));
            foreach (var (name, inner) in map)
                if (name != "metadata" || path.Length > 0) Required(inner, schema.Member(name) ?? FieldSchema.Any, Join(path, name), faults);
        }
        else if (value is JsonArray list)
        {
            foreach (var (at, item) in list.Index()) Required(item, schema.Item, $"{path}[{at}]", faults);
        }
    }

    public static void Definition(JsonObject obj, FieldFaults faults)
    {
        var wanted = $"{obj.Text("spec", "names", "plural")}.{obj.Text("spec", "group")}";
        if (obj.Name() != wanted) faults.Invalid("metadata.name", obj.Name(), "must be spec.names.plural+\".\"+spec.group");
        if (obj.Text("spec", "scope") is not ("Namespaced" or "Cluster")) faults.Unsupported("spec.scope", obj.Text("spec", "scope"), "Cluster", "Namespaced");
        if (obj.Items("spec", "versions").Count(version => version.Flag("storage")) != 1)
            faults.Invalid("spec.versions", "", "must have exactly one version marked as storage version");
        foreach (var (at, version) in obj.Items("spec", "versions").Index())
            if (version.At("schema", "openAPIV3Schema") is null) faults.Required($"spec.versions[{at}].schema.openAPIV3Schema", "schemas are required");
    }

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
