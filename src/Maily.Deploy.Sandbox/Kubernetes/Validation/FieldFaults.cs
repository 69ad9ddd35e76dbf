using Maily.Deploy.Sandbox.Kubernetes.Api;

namespace Maily.Deploy.Sandbox.Kubernetes.Validation;

/// <summary>Gathers all faults of an object.</summary>
internal sealed class FieldFaults
{
    readonly List<Cause> causes = [];

    public IReadOnlyList<Cause> Causes => causes;

    public void Required(string field, string why = "") =>
        causes.Add(new Cause("FieldValueRequired", why.Length == 0 ? "Required value" : $"Required value: {why}", field));

    public void Invalid(string field, string? value, string why) =>
        causes.Add(new Cause("FieldValueInvalid", $"Invalid value: {Quoted(value)}: {why}", field));

    public void Missing(string field, string? value) => causes.Add(new Cause("FieldValueNotFound", $"Not found: {Quoted(value)}", field));

    public void Duplicate(string field, string? value) => causes.Add(new Cause("FieldValueDuplicate", $"Duplicate value: {Quoted(value)}", field));

    public void Unsupported(string field, string? value, params string[] supported) => causes.Add(new Cause(
        "FieldValueNotSupported",
        $"Unsupported value: {Quoted(value)}: supported values: {string.Join(", ", supported.Select(Quoted))}", field));

    public void Forbidden(string field, string why) => causes.Add(new Cause("FieldValueForbidden", $"Forbidden: {why}", field));

    static string Quoted(string? value) => value is null ? "null" : value.StartsWith('{') || long.TryParse(value, out _) ? value : $"\"{value}\"";
}
