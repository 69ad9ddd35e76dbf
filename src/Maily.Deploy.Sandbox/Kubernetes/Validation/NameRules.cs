using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>What names, labels and annotations may look like.</summary>
internal static partial class NameRules
{
    const int LongestName = 253;
    const int LongestLabel = 63;

    const string SubdomainText =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'example.com', regex used for validation is " +
        "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    const string LabelText =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an " +
        "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    const string ServiceText =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an " +
        "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    const string ValueText =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
        "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
        "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    const string KeyText =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

    public static void Check(ResourceKind kind, JsonObject obj, FieldFaults faults)
    {
        var name = obj.Name();
        if (name.Length == 0) faults.Required("metadata.name", "name or generateName is required");
        else CheckName(kind, name, faults);
        Labels(obj.Map("metadata", "labels"), "metadata.labels", faults);
        foreach (var (key, _) in obj.Map("metadata", "annotations") ?? [])
            if (!Key().IsMatch(key)) faults.Invalid("metadata.annotations", key, KeyText);
    }

    public static void Labels(JsonObject? labels, string field, FieldFaults faults)
    {
        foreach (var (key, value) in labels ?? [])
        {
            var text = value?.ToString() ?? "";
            if (!Key().IsMatch(key)) faults.Invalid(field, key, KeyText);
            if (text.Length > LongestLabel) faults.Invalid(field, text, $"must be no more than {LongestLabel} characters");
            else if (!Value().IsMatch(text)) faults.Invalid(field, text, ValueText);
        }
    }

    public static bool IsLabel(string name) => name.Length <= LongestLabel && Label().IsMatch(name);

    public static void CheckLabel(string name, string field, FieldFaults faults)
    {
        if (!IsLabel(name)) faults.Invalid(field, name, LabelText);
    }

    static void CheckName(ResourceKind kind, string name, FieldFaults faults)
    {
        const string Field = "metadata.name";
        if (kind.Group == "rbac.authorization.k8s.io") return;
        if (kind.Kind is "Namespace" && kind.Group.Length == 0) CheckLabel(name, Field, faults);
        else if (kind.Kind is "Service" && kind.Group.Length == 0)
        {
            if (name.Length > LongestLabel || !ServiceName().IsMatch(name)) faults.Invalid(Field, name, ServiceText);
        }
        else if (name.Length > LongestName) faults.Invalid(Field, name, $"must be no more than {LongestName} characters");
        else if (!Subdomain().IsMatch(name)) faults.Invalid(Field, name, SubdomainText);
    }

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Subdomain();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServiceName();

    [GeneratedRegex("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Value();

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
