using System.Collections.Immutable;

namespace Maily.Deploy.Images;

/// <summary>One container image as its owner declares it.</summary>
public sealed record ImageSpec
{
    /// <summary>The image's name without registry and tag, as manifests name it: <c>api-gateway</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The full path of the folder that the build sees; the Dockerfile's own <c>Dockerfile.dockerignore</c> is respected, else the folder's <c>.dockerignore</c>.</summary>
    public required string Context { get; init; }

    /// <summary>The Dockerfile, relative to <see cref="Context"/>.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    /// <summary>
    /// Build arguments that decide the content. <c>BASE_IMAGE</c> is added from the settings where it is set; <c>REVISION</c>
    /// is passed too, but stays out of the content's hash, so that an unchanged service is not built again for each commit.
    /// </summary>
    public ImmutableSortedDictionary<string, string> BuildArguments { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>
    /// What it is built for (<c>linux/amd64</c>). None means whatever the builder itself is, and then two kinds of machines give one tag to two
    /// images: declare it where they share a registry. Several need buildx.
    /// </summary>
    public ImmutableArray<string> Platforms { get; init; } = [];

    /// <summary>The largest file in bytes that may be part of it, 1 GB unless set; a larger one is refused by name.</summary>
    public long LargestFile { get; init; } = 1_000_000_000;
}
