using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Finds the digests to deploy; nothing but a digest is ever deployed.</summary>
public static class ImageDigests
{
    /// <summary>
    /// Full references by digest, by image name: what this deployment pushed; else, where <c>PushImages</c> is left out, what
    /// is live; else what the registry serves for this commit, by its name or by its content.
    /// </summary>
    /// <exception cref="ImageNotPushedException">There is none for an image; the error names the target that makes it.</exception>
    public static async Task<ImmutableSortedDictionary<string, string>> ResolveAsync(
        DeploymentContext context, ImmutableArray<ImageSpec> images, ImageSettings settings, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        var pairs = await Task.WhenAll(images.Select(async image => KeyValuePair.Create(image.Name,
            Known(context, image.Name) ?? await ServedAsync(context, registry, image, settings, cancellation))));
        return pairs.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>A digest's first digits, for people.</summary>
    internal static string Short(string digest) => digest[..Math.Min(19, digest.Length)];

    static string? Known(DeploymentContext context, string image) =>
        context.Outputs.GetValueOrDefault(new StepId(PushImagesStage.Name, image))?["reference"]
        ?? (context.Skipped.Contains(PushImagesStage.Name) ? context.Live?.Images.GetValueOrDefault(image) : null);

    static async Task<string> ServedAsync(
        DeploymentContext context, RegistryReader registry, ImageSpec image, ImageSettings settings, CancellationToken cancellation)
    {
        var tag = ImageBuild.TagOf(context.Commit);
        var digest = await registry.FindDigestAsync(image.Name, tag, cancellation) ?? await registry.FindDigestAsync(
            image.Name, (await ImageBuild.PlanAsync(context, image, settings, cancellation)).ContentTag, cancellation);
        return digest is not null
            ? $"{settings.Registry.NameOf(image.Name)}@{digest}"
            : throw new ImageNotPushedException($"{settings.Registry.NameOf(image.Name)}:{tag}");
    }
}

/// <summary>The registry has no image for the commit that is to be deployed.</summary>
public sealed class ImageNotPushedException(string reference)
    : DeployException($"The registry has no {reference}.", "Run `./build.sh PushImages` for this commit first, or deploy with it.")
{
    /// <summary>The image's name and commit tag.</summary>
    public string Reference { get; } = reference;
}
