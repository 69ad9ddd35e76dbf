using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Finds the digests to deploy; nothing but a digest is ever deployed.</summary>
public static class ImageDigests
{
    /// <summary>
    /// Full references by digest, by image name: what this deployment pushed; else, where <c>PushImages</c> is left out, what
    /// is live; else what the registry serves for this commit, by its name or by its content. Where stages are only looked at,
    /// an image that will be pushed is foreseen.
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

    /// <summary>
    /// What stands for each reference in a plan, by image name: the content, which is known before the image is built. Where <c>PushImages</c> is left
    /// out it is the reference itself.
    /// </summary>
    public static async Task<ImmutableSortedDictionary<string, string>> ForeseeAsync(
        DeploymentContext context, ImmutableArray<ImageSpec> images, ImageSettings settings, CancellationToken cancellation)
    {
        var pairs = await Task.WhenAll(images.Select(async image => KeyValuePair.Create(image.Name,
            Live(context, image.Name) ?? ForeseenImage.Of(settings.Registry.NameOf(image.Name), (await ImageBuild.PlanAsync(context, image, settings, cancellation)).ContentTag))));
        return pairs.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>A digest's first digits, for people.</summary>
    internal static string Short(string digest) => digest[..Math.Min(19, digest.Length)];

    static string? Known(DeploymentContext context, string image) =>
        context.Outputs.GetValueOrDefault(new StepId(PushImagesStage.Name, image))?["reference"]
        ?? Live(context, image);

    static string? Live(DeploymentContext context, string image) => context.Skipped.Contains(PushImagesStage.Name) ? context.Live?.Images.GetValueOrDefault(image) : null;

    static async Task<string> ServedAsync(
        DeploymentContext context, RegistryReader registry, ImageSpec image, ImageSettings settings, CancellationToken cancellation)
    {
        var tag = ImageBuild.TagOf(context.Commit);
        var name = settings.Registry.NameOf(image.Name);
        if (await registry.FindDigestAsync(image.Name, tag, cancellation) is { } tagged)
            return $"{name}@{tagged}";
        var content = (await ImageBuild.PlanAsync(context, image, settings, cancellation)).ContentTag;
        if (await registry.FindDigestAsync(image.Name, content, cancellation) is { } served)
            return $"{name}@{served}";
        return context.IsForeseen && context.Runs(PushImagesStage.Name) ? ForeseenImage.Of(name, content) : throw new ImageNotPushedException($"{name}:{tag}");
    }
}

/// <summary>The registry has no image for the commit that is to be deployed.</summary>
public sealed class ImageNotPushedException(string reference)
    : DeployException($"The registry has no {reference}.", "Run `./build.sh PushImages` for this commit first, or deploy with it.")
{
    /// <summary>The image's name and commit tag.</summary>
    public string Reference { get; } = reference;
}
