using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Plans <c>PushImages</c>: one step for each image, all side by side. Outputs: <c>digest</c>, <c>reference</c> (by digest), <c>content</c>.</summary>
public sealed class PushImagesStage(ImmutableArray<ImageSpec> images, ImageSettings settings) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "PushImages";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var builds = await Task.WhenAll(images.Select(image => ImageBuild.PlanAsync(context, image, settings, cancellation)));
        return [.. builds.Select(build => new PushImageStep(build, settings)
        {
            Id = new StepId(Stage, build.Image.Name), Title = $"push {build.Reference} and tag it {build.CommitTag}",
        })];
    }
}
