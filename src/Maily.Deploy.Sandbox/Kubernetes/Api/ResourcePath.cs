using Maily.Deploy.Sandbox.Kubernetes.Kinds;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>What a path under /api or /apis names.</summary>
internal sealed record ResourcePath(ResourceKind Kind, string? Namespace, string? Name, string? Subresource)
{
    /// <summary>Null where no kind is served under the path.</summary>
    public static ResourcePath? Parse(string path, KindRegistry kinds)
    {
        var parts = path.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        return parts switch
        {
            ["api", var version, .. var rest] => Parse("", version, rest, kinds),
            ["apis", var group, var version, .. var rest] => Parse(group, version, rest, kinds),
            _ => null,
        };
    }

    static ResourcePath? Parse(string group, string version, string[] rest, KindRegistry kinds)
    {
        var path = rest switch
        {
            ["namespaces", var name, "status" or "finalize"] => Of("namespaces", null, name, rest[2]),
            ["namespaces", var ns, var plural] => Of(plural, ns, null, null),
            ["namespaces", var ns, var plural, var name] => Of(plural, ns, name, null),
            ["namespaces", var ns, var plural, var name, var subresource] => Of(plural, ns, name, subresource),
            [var plural] => Of(plural, null, null, null),
            [var plural, var name] => Of(plural, null, name, null),
            [var plural, var name, var subresource] => Of(plural, null, name, subresource),
            _ => null,
        };
        return path;

        ResourcePath? Of(string plural, string? ns, string? name, string? subresource)
        {
            var kind = kinds.Find(group, version, plural);
            if (kind is null || kind.IsNamespaced != (ns is not null) && (name is not null || ns is not null)) return null;
            return new ResourcePath(kind, ns, name, subresource);
        }
    }
}
