using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Plans <c>BuildImages</c>: one step for each image, all side by side.</summary>
public sealed class BuildImagesStage(ImmutableArray<ImageSpec> images, ImageSettings settings) : IStagePlanner
{
    /// <inheritdoc/>
    public string Stage => "BuildImages";

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var builds = await Task.WhenAll(images.Select(image => ImageBuild.PlanAsync(context, image, settings, cancellation)));
        return [.. builds.Select(build => new BuildImageStep(build, settings)
        {
            Id = new StepId(Stage, build.Image.Name), Title = $"build {build.Reference}",
        })];
    }
}
