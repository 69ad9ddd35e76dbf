using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Bases;
using Maily.Deploy.Images.Dockerfiles;

namespace Maily.Deploy.Images;

/// <summary>One image of one deployment as a value: what would be built, and how it would be called.</summary>
public sealed record ImageBuild
{
    /// <summary>The declaration, with all arguments that decide the content.</summary>
    public required ImageSpec Image { get; init; }

    /// <summary>The full name without a tag: <c>ghcr.io/maily/api-gateway</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>The content's tag: <c>c-0123456789abcdef</c>.</summary>
    public required string ContentTag { get; init; }

    /// <summary>The commit's tag: <c>git-0123456789ab</c>; with <c>-dirty</c> where something is in it that the commit has not.</summary>
    public required string CommitTag { get; init; }

    /// <summary>The digest of each base image, by its name; <c>local</c> and the engine's id for one that no registry serves.</summary>
    public ImmutableSortedDictionary<string, string> Bases { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Files in it that no commit has, which somebody allowed.</summary>
    public ImmutableArray<string> Uncommitted { get; init; } = [];

    /// <summary>The folder that holds the built image in OCI's layout, where buildx built it in this deployment; null elsewhere.</summary>
    public string? Archive { get; init; }

    /// <summary>Full name and content tag.</summary>
    public string Reference => $"{Repository}:{ContentTag}";

    /// <summary>What the steps of its stages answer besides their own: what later stages and runs need of it.</summary>
    internal IEnumerable<(string Name, string Value)> Outputs =>
    [
        ("content", ContentTag),
        .. Bases.IsEmpty ? Array.Empty<(string, string)>() : [("bases", string.Join(' ', Bases.Select(pair => $"{pair.Key}={pair.Value.Replace(' ', '+')}")))],
        .. Uncommitted.IsEmpty ? Array.Empty<(string, string)>() : [("uncommitted", UncommittedContent.Names(Uncommitted, shown: 20))],
    ];

    /// <summary>Decides the build of an image: reads its files and asks for the digests of its bases.</summary>
    /// <exception cref="DockerfileMissingException">There is no Dockerfile.</exception>
    /// <exception cref="LargeFileException">A file is larger than declared.</exception>
    /// <exception cref="UncommittedContentException">It would hold what no commit has, and nobody allowed that.</exception>
    /// <exception cref="BaseImageMissingException">A base image cannot be had.</exception>
    public static async Task<ImageBuild> PlanAsync(DeploymentContext context, ImageSpec declared, ImageSettings settings, CancellationToken cancellation) =>
        (await PlanAllAsync(context, [declared], settings, cancellation))[0];

    /// <summary>Decides the builds of several images; a base that they share is looked up once, and git is asked once.</summary>
    internal static async Task<ImmutableArray<ImageBuild>> PlanAllAsync(
        DeploymentContext context, ImmutableArray<ImageSpec> images, ImageSettings settings, CancellationToken cancellation)
    {
        var (bases, files) = (new BaseImages(settings, context.Time, context.Log), new CommittedFiles(images.Select(image => image.Context), context.Time));
        return [.. await Task.WhenAll(images.Select(image => PlanAsync(context, settings.Complete(image), settings, bases, files, cancellation)))];
    }

    /// <summary>The tag under which the images of a commit are found: <c>git-</c> and 12 digits.</summary>
    public static string TagOf(string commit) => $"git-{commit[..Math.Min(12, commit.Length)]}";

    static async Task<ImageBuild> PlanAsync(DeploymentContext context, ImageSpec image, ImageSettings settings, BaseImages bases, CommittedFiles committed, CancellationToken cancellation)
    {
        var files = BuildContext.Of(image).Within(image);
        var uncommitted = await UncommittedContent.FindAsync(image, files, committed, cancellation) ?? [];
        if (!settings.AllowsUncommitted && !uncommitted.IsEmpty)
            throw new UncommittedContentException(image, uncommitted);
        var dockerfile = await Dockerfile.ReadAsync(image, cancellation);
        // What this deployment has built already stays what it is, even if a base has moved meanwhile.
        var built = context.Outputs.GetValueOrDefault(new StepId(BuildImagesStage.Name, image.Name));
        var digests = built?["bases"] is { } known ? BasesOf(known) : await bases.ResolveAsync(image, dockerfile.BasesWith(image.BuildArguments), cancellation);
        var build = new ImageBuild
        {
            Image = image, Repository = settings.Registry.NameOf(image.Name), Bases = digests, Uncommitted = uncommitted,
            ContentTag = built?["content"] ?? await ImageContent.HashAsync(image, files, digests, cancellation),
            CommitTag = TagOf(context.Commit) + (uncommitted.IsEmpty ? "" : "-dirty"),
        };
        return build with { Archive = BuiltArchive.Find(context, build) };
    }

    static ImmutableSortedDictionary<string, string> BasesOf(string output) => output.Split(' ')
        .Select(pair => (Pair: pair, At: pair.LastIndexOf('=')))
        .ToImmutableSortedDictionary(item => item.Pair[..item.At], item => item.Pair[(item.At + 1)..].Replace('+', ' '), StringComparer.Ordinal);
}
