using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments;

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

    /// <summary>The commit's tag: <c>git-0123456789ab</c>.</summary>
    public required string CommitTag { get; init; }

    /// <summary>Arguments passed to the build.</summary>
    public required ImmutableSortedDictionary<string, string> Arguments { get; init; }

    /// <summary>Labels put on the image.</summary>
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    /// <summary>Full name and content tag.</summary>
    public string Reference => $"{Repository}:{ContentTag}";

    /// <summary>Decides the build of an image; reads its files.</summary>
    /// <exception cref="DockerfileMissingException">There is no Dockerfile.</exception>
    public static async Task<ImageBuild> PlanAsync(DeploymentContext context, ImageSpec declared, ImageSettings settings, CancellationToken cancellation)
    {
        var image = settings.BaseImage is { } baseImage && !declared.BuildArguments.ContainsKey("BASE_IMAGE")
            ? declared with { BuildArguments = declared.BuildArguments.SetItem("BASE_IMAGE", baseImage) }
            : declared;
        var content = await ImageContent.HashAsync(image, BuildContext.Of(image), cancellation);
        return new ImageBuild
        {
            Image = image, Repository = settings.Registry.NameOf(image.Name), ContentTag = content, CommitTag = TagOf(context.Commit),
            Arguments = image.BuildArguments.ContainsKey("REVISION") ? image.BuildArguments : image.BuildArguments.SetItem("REVISION", context.Commit),
            Labels = LabelsOf(context, content),
        };
    }

    /// <summary>The tag under which the images of a commit are found: <c>git-</c> and 12 digits.</summary>
    public static string TagOf(string commit) => $"git-{commit[..Math.Min(12, commit.Length)]}";

    static ImmutableSortedDictionary<string, string> LabelsOf(DeploymentContext context, string content) =>
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal).AddRange(
        [
            new("org.opencontainers.image.revision", context.Commit),
            new("org.opencontainers.image.created", context.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            new("maily.dev/content", content),
            new("maily.dev/deployment", context.Id.Value),
        ]);
}
