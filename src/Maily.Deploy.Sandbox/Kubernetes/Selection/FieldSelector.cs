using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Selection;

/// <summary>A condition over a few fields: <c>metadata.name=web,status.phase!=Running</c>.</summary>
internal sealed class FieldSelector
{
    static readonly string[] Known =
    [
        "metadata.name", "metadata.namespace", "status.phase", "spec.nodeName", "type", "reason", "involvedObject.kind", "involvedObject.name",
        "involvedObject.namespace", "involvedObject.uid",
    ];

    readonly List<(string[] Path, string Value, bool Equal)> terms = [];

    public bool Matches(JsonObject obj) => terms.TrueForAll(term => (obj.Text(term.Path) ?? "") == term.Value == term.Equal);

    /// <exception cref="ApiException">400: not a selector, or a field that cannot be selected by.</exception>
    public static FieldSelector Parse(string? text)
    {
        var selector = new FieldSelector();
        foreach (var term in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equal = !term.Contains("!=", StringComparison.Ordinal);
            var parts = term.Split(equal ? term.Contains("==", StringComparison.Ordinal) ? "==" : "=" : "!=", 2);
            if (parts.Length != 2) throw ApiException.BadRequest($"invalid field selector \"{text}\"");
            if (!Known.Contains(parts[0])) throw ApiException.BadRequest($"field label not supported: {parts[0]}");
            selector.terms.Add((parts[0].Split('.'), parts[1], equal));
        }

        return selector;
    }
}
