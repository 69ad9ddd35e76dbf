using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Apply;

/// <summary>Who owns which fields; one entry of managedFields.</summary>
internal sealed record Manager(string Name, string Operation, string ApiVersion, string Subresource, string Time, FieldSet Fields)
{
    public bool Is(string name, string operation, string subresource) =>
        Name == name && Operation == operation && Subresource == subresource;

    public static List<Manager> Of(JsonObject? obj) =>
    [
        .. obj.Items("metadata", "managedFields").Select(entry => new Manager(
            entry.Text("manager") ?? "", entry.Text("operation") ?? "", entry.Text("apiVersion") ?? "", entry.Text("subresource") ?? "",
            entry.Text("time") ?? "", FieldSet.FromFieldsV1(entry.Map("fieldsV1")))),
    ];

    public static void Write(JsonObject obj, IEnumerable<Manager> managers)
    {
        var entries = managers
            .Where(manager => !manager.Fields.IsEmpty)
            .OrderBy(manager => manager.Operation, StringComparer.Ordinal)
            .ThenBy(manager => manager.Time, StringComparer.Ordinal)
            .ThenBy(manager => manager.Name, StringComparer.Ordinal)
            .Select(manager => (JsonNode)manager.Entry());
        obj.Meta()["managedFields"] = new JsonArray([.. entries]);
    }

    JsonObject Entry()
    {
        var entry = new JsonObject
        {
            ["manager"] = Name,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = Fields.ToFieldsV1(),
        };
        if (Subresource.Length > 0) entry["subresource"] = Subresource;
        return entry;
    }
}
