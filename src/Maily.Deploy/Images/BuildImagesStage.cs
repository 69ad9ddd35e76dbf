using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>
/// Plans <c>BuildImages</c>: one step for each image, side by side within a limit. Outputs: <c>content</c>, <c>reference</c>; <c>bases</c>,
/// <c>name=digest</c> pairs split by spaces; <c>uncommitted</c>, files that no commit has; <c>archive</c>, a file, where buildx built it.
/// </summary>
public sealed class BuildImagesStage(ImmutableArray<ImageSpec> images, ImageSettings settings) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "BuildImages";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var slots = new SemaphoreSlim(settings.AtOnce);
        using var registry = new RegistryReader(settings, context.Time);
        var builds = await ImageBuild.PlanAllAsync(context, images, settings, cancellation);
        return [.. await Task.WhenAll(builds.Select(async build => new BuildImageStep(build, settings, slots)
        {
            Id = new StepId(Stage, build.Image.Name), Title = await TitleAsync(build, registry, cancellation),
        }))];
    }

    static async Task<string> TitleAsync(ImageBuild build, RegistryReader registry, CancellationToken cancellation) =>
        await registry.FindDigestAsync(build.Image.Name, build.ContentTag, cancellation) is { } served
            ? $"nothing is built: the registry serves {build.Reference} ({ImageDigests.Short(served)})"
            : $"build {build.Reference}{(build.Uncommitted.IsEmpty ? "" : $", with {build.Uncommitted.Length} uncommitted file{(build.Uncommitted.Length == 1 ? "" : "s")}")}";
}
