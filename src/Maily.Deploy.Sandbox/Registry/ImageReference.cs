namespace Maily.Deploy.Sandbox.Registry;

/// <summary>An image's name in parts.</summary>
/// <param name="Registry">Host and port; empty where the name has none.</param>
/// <param name="Repository">The path in the registry.</param>
/// <param name="Version">Digest or tag; <c>latest</c> where the name has none.</param>
public sealed record ImageReference(string Registry, string Repository, string Version)
{
    /// <summary>Reads <c>host:port/path:tag@sha256:...</c>; the digest wins over the tag.</summary>
    public static ImageReference Parse(string image)
    {
        var slash = image.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : image[..slash];
        var registry = first.AsSpan().ContainsAny(".:") || first == "localhost" ? first : "";
        var rest = registry.Length == 0 ? image : image[(slash + 1)..];
        var digest = rest.Split('@', 2);
        var tag = digest[0].Split(':', 2);
        return new(registry, tag[0], digest is [_, var pinned] ? pinned : tag is [_, var named] ? named : "latest");
    }
}
