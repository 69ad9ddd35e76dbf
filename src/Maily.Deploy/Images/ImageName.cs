using System.Text.RegularExpressions;

namespace Maily.Deploy.Images;

/// <summary>An image's name as container engines read it: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.</summary>
/// <param name="Registry">The registry's host, with a port where it is not the usual one.</param>
/// <param name="Repository">The path within the registry.</param>
/// <param name="Tag">The tag; <c>latest</c> where neither it nor a digest is named.</param>
/// <param name="Digest"><c>sha256:</c> and 64 digits, or null.</param>
public sealed partial record ImageName(string Registry, string Repository, string? Tag, string? Digest)
{
    const string Hub = "docker.io";

    /// <summary>Reads a name; null where it is none.</summary>
    public static ImageName? Parse(string text)
    {
        if (Form().Match(text) is not { Success: true } match)
            return null;
        var (path, digest) = (match.Groups["path"].Value, match.Groups["digest"].Value);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var first = slash > 0 ? path[..slash] : "";
        var (registry, repository) = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost"
            ? (first, path[(slash + 1)..])
            : (Hub, slash < 0 ? $"library/{path}" : path);
        var tag = match.Groups["tag"].Value;
        return new ImageName(registry, repository, tag.Length > 0 ? tag : digest.Length > 0 ? null : "latest", digest.Length > 0 ? digest : null);
    }

    /// <summary>The same image by a digest alone.</summary>
    public string By(string digest) => $"{(Registry == Hub ? Repository : $"{Registry}/{Repository}")}@{digest}";

    /// <summary>Where the registry's API is.</summary>
    public RegistryAddress Address => new(Registry == Hub ? "registry-1.docker.io" : Registry, "");

    /// <summary>Whether both are of one repository.</summary>
    public bool IsOfRepository(ImageName other) => Registry == other.Registry && Repository == other.Repository;

    [GeneratedRegex(@"^(?<path>[a-zA-Z0-9][a-zA-Z0-9._-]*(:[0-9]+(?=/))?(/[a-z0-9][a-z0-9._-]*)*)(:(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}
