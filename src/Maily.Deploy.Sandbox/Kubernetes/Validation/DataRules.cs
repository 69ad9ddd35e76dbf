using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>ConfigMaps and Secrets: their keys, and what may change once they are immutable.</summary>
internal static partial class DataRules
{
    public static void Check(JsonObject obj, JsonObject? before, FieldFaults faults)
    {
        foreach (var field in new[] { "data", "binaryData" })
            foreach (var (key, _) in obj.Map(field) ?? [])
                if (!Key().IsMatch(key))
                    faults.Invalid($"{field}[{key}]", key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
                        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
        if (before is null) return;
        if (obj.Text("type") != before.Text("type")) faults.Invalid("type", obj.Text("type"), "field is immutable");
        if (before.Flag("immutable")) Immutable(obj, before, faults);
    }

    static void Immutable(JsonObject obj, JsonObject before, FieldFaults faults)
    {
        const string Why = "field is immutable when `immutable` is set";
        if (!obj.Flag("immutable")) faults.Forbidden("immutable", Why);
        foreach (var field in new[] { "data", "binaryData" })
            if (!Json.Same(obj[field], before[field])) faults.Forbidden(field, Why);
    }

    [GeneratedRegex("^[-._a-zA-Z0-9]+$", RegexOptions.None, 1000)]
    private static partial Regex Key();
}
