using System.Globalization;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Images.Buildx;

/// <summary>Decides how buildx is called; its standard input is the archive of the build's files.</summary>
static class BuildxCommand
{
    static readonly Version RewritesTimes = new(0, 13, 0);
    static readonly Version IgnoresCacheErrors = new(0, 12, 0);
    static readonly Version Attests = new(0, 10, 0);

    /// <summary>The tag under which the cache of an image's builds lies in its repository.</summary>
    public const string CacheTag = "buildcache";

    /// <summary>
    /// The build. A builder of its own writes an OCI archive to <paramref name="archive"/>, attested, with its cache in the registry; the
    /// engine's BuildKit leaves the image in the engine.
    /// </summary>
    /// <exception cref="SeveralPlatformsException">The image is for several platforms, and the builder makes one at a time.</exception>
    public static CommandLine Of(ImageBuild build, ImageOrigin origin, ImageSettings settings, BuildxFound buildx, string archive)
    {
        if (build.Image.Platforms.Length > 1 && !buildx.HasOwnBuilder)
            throw new SeveralPlatformsException(build.Image);
        var arguments = BuildFiles.ArgumentsOf(build, origin).SetItem("SOURCE_DATE_EPOCH", origin.Created.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        var labels = origin.Labels.Add(EngineReader.ContentLabel, build.ContentTag);
        return BuildxProbe.Docker(settings,
        [
            "buildx", "build", "--progress", "plain", "--file", build.Image.Dockerfile.Replace('\\', '/'), "--tag", build.Reference,
            .. build.Image.Platforms.IsEmpty ? Array.Empty<string>() : ["--platform", string.Join(',', build.Image.Platforms)],
            .. arguments.SelectMany(pair => new[] { "--build-arg", $"{pair.Key}={pair.Value}" }),
            .. labels.SelectMany(pair => new[] { "--label", $"{pair.Key}={pair.Value}" }),
            .. buildx.HasOwnBuilder ? ForArchive(build, buildx, archive) : ForEngine(buildx),
            "-",
        ]);
    }

    static IEnumerable<string> ForArchive(ImageBuild build, BuildxFound buildx, string archive) =>
    [
        .. buildx.Version >= Attests ? new[] { "--provenance", "mode=max", "--sbom", "true" } : [],
        "--cache-from", $"type=registry,ref={build.Repository}:{CacheTag}",
        "--cache-to", $"type=registry,ref={build.Repository}:{CacheTag},mode=max{(buildx.BuildKit >= IgnoresCacheErrors ? ",ignore-error=true" : "")}",
        "--output", $"type=oci,dest={archive}{(buildx.BuildKit >= RewritesTimes ? ",rewrite-timestamp=true" : "")}",
    ];

    static IEnumerable<string> ForEngine(BuildxFound buildx) =>
        [.. buildx.Version >= Attests ? new[] { "--provenance", "false" } : [], "--load"];
}
