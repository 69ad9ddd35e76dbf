using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Images;

/// <summary>Plans <c>PushImages</c>: one step for each image, side by side within a limit. Outputs: <c>digest</c>, <c>reference</c> (by digest), <c>content</c>, and what BuildImages says.</summary>
public sealed class PushImagesStage(ImmutableArray<ImageSpec> images, ImageSettings settings) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "PushImages";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <summary>Whether images must be scanned before; null leaves it open.</summary>
    public ScanGate? Gate { get; init; }

    /// <inheritdoc/>
    /// <exception cref="UnscannedException">The scan was left out where it must be.</exception>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        Gate?.AdmitPush(context, images.Select(image => image.Name));
        var slots = new SemaphoreSlim(settings.AtOnce);
        using var registry = new RegistryReader(settings, context.Time);
        var builds = await ImageBuild.PlanAllAsync(context, images, settings, cancellation);
        return [.. await Task.WhenAll(builds.Select(async build => new PushImageStep(build, settings, slots)
        {
            Id = new StepId(Stage, build.Image.Name), Title = await TitleAsync(build, registry, cancellation),
        }))];
    }

    static async Task<string> TitleAsync(ImageBuild build, RegistryReader registry, CancellationToken cancellation) =>
        await registry.FindDigestAsync(build.Image.Name, build.ContentTag, cancellation) is not { } served ? $"push {build.Reference} and tag it {build.CommitTag}"
        : await registry.FindDigestAsync(build.Image.Name, build.CommitTag, cancellation) == served ? $"nothing is pushed: the registry serves {ImageDigests.Short(served)} as {build.CommitTag}"
        : $"nothing is pushed: {ImageDigests.Short(served)} is tagged {build.CommitTag}";
}
