using System.Collections.Immutable;
using Maily.Deploy.Images.Bases;
using Maily.Deploy.Images.Buildx;
using Maily.Deploy.Images.Dockerfiles;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Images;

/// <summary>What must be right before images are built, pushed or looked up.</summary>
public static class ImageChecks
{
    const string Emulation = "Install emulation (`docker run --privileged tonistiigi/binfmt --install all`), or use a builder that can: `docker buildx create --use`.";

    static readonly ImmutableArray<string> Building = ["BuildImages", "PushImages"];

    /// <summary>
    /// The checks: engine and registry answer, what builds can build the declared platforms, and every image can be built from its folder:
    /// committed files of a sensible size, and base images that can be had.
    /// </summary>
    public static IEnumerable<Check> For(ImmutableArray<ImageSpec> images, ImageSettings settings, TimeProvider time)
    {
        var (bases, committed) = (new BaseImages(settings, time, NullLogger.Instance), new CommittedFiles(images.Select(image => image.Context), time));
        return
        [
            new("Images", "container engine", cancellation => EngineAsync(settings, cancellation)) { Stages = Building },
            new("Images", "builder", cancellation => BuilderAsync(images, settings, time, cancellation)) { Stages = Building },
            new("Images", "registry", cancellation => RegistryAsync(settings, time, cancellation)) { Stages = [.. Building, "DeployK8s", "DeployAiServices"] },
            .. images.SelectMany(image => new Check[]
            {
                new("Images", image.Name, cancellation => FilesAsync(image, settings, committed, cancellation)) { Stages = Building },
                new("Images", $"{image.Name} bases", cancellation => BasesAsync(settings.Complete(image), bases, cancellation)) { Stages = Building, Timeout = TimeSpan.FromSeconds(30) },
            }),
        ];
    }

    static async Task<CheckResult> EngineAsync(ImageSettings settings, CancellationToken cancellation)
    {
        using var engine = new EngineReader(settings);
        return CheckResult.Pass($"engine {await engine.VersionAsync(cancellation)} answers");
    }

    static async Task<CheckResult> BuilderAsync(ImmutableArray<ImageSpec> images, ImageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var buildx = await BuildxProbe.ChooseAsync(settings, time, cancellation);
        if (images.FirstOrDefault(image => image.Platforms.Length > 1) is { } several && buildx is not { HasOwnBuilder: true })
            throw new SeveralPlatformsException(several);
        if (buildx is null)
            return await EngineBuilderAsync(images, settings, cancellation);
        var missing = images.SelectMany(image => image.Platforms).Except(buildx.Platforms).Distinct().ToList();
        return missing.Count > 0 && !buildx.Platforms.IsEmpty
            ? CheckResult.Fail($"{buildx} cannot build for {string.Join(" and ", missing)}", Emulation)
            : CheckResult.Pass($"{buildx}{(buildx.HasOwnBuilder ? ": cache in the registry, provenance and SBOM" : "")}");
    }

    // Another platform's programs run in a build only by emulation, which the engine does not tell of.
    static async Task<CheckResult> EngineBuilderAsync(ImmutableArray<ImageSpec> images, ImageSettings settings, CancellationToken cancellation)
    {
        const string Text = "the engine's own: one platform, no cache in the registry, no attestations";
        using var engine = new EngineReader(settings);
        try
        {
            var own = await engine.PlatformAsync(cancellation);
            var foreign = images.SelectMany(image => image.Platforms).Where(platform => platform != own && !platform.StartsWith(own + "/", StringComparison.Ordinal)).Distinct().ToList();
            return foreign.Count == 0 ? CheckResult.Pass(Text) : CheckResult.Warn($"{Text}; it is {own}, and builds for {string.Join(" and ", foreign)} need emulation", Emulation);
        }
        catch (EngineUnreachableException)
        {
            // That is told by the engine's own check, once.
            return CheckResult.Pass(Text);
        }
    }

    static async Task<CheckResult> RegistryAsync(ImageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, time);
        await registry.PingAsync(cancellation);
        return CheckResult.Pass($"{settings.Registry} answers, {(settings.Password is null ? "without a login" : $"as {settings.User}")}");
    }

    static async Task<CheckResult> FilesAsync(ImageSpec image, ImageSettings settings, CommittedFiles committed, CancellationToken cancellation)
    {
        var files = BuildContext.Of(image).Within(image);
        var text = $"{files.Entries.Length} files to build from, {Bytes.Text(files.Length)}";
        return await UncommittedContent.FindAsync(image, files, committed, cancellation) switch
        {
            null => CheckResult.Warn($"{text}, in no git repository", "Nothing says which version they are: keep them in a repository."),
            { IsEmpty: true } => CheckResult.Pass(text),
            { } uncommitted when settings.AllowsUncommitted => CheckResult.Warn($"{text}, of which no commit has {UncommittedContent.Names(uncommitted)}", "Allowed by --allow-dirty; the release record will say so."),
            { } uncommitted => throw new UncommittedContentException(image, uncommitted),
        };
    }

    static async Task<CheckResult> BasesAsync(ImageSpec image, BaseImages bases, CancellationToken cancellation)
    {
        var dockerfile = await Dockerfile.ReadAsync(image, cancellation);
        var digests = await bases.ResolveAsync(image, dockerfile.BasesWith(image.BuildArguments), cancellation);
        return CheckResult.Pass(digests.IsEmpty ? "built from scratch" : string.Join(", ", digests.Select(pair => $"{pair.Key.Split('@')[0]} is {ImageDigests.Short(pair.Value)}")));
    }
}
