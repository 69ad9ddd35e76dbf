using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Plans <c>ScanImages</c>: one step for each image, all side by side. Outputs: those of <see cref="ImageScan"/>.</summary>
/// <param name="images">The images.</param>
/// <param name="settings">Where they are.</param>
/// <param name="scanner">What scans them; null where there is nothing.</param>
/// <param name="gate">What is asked of them.</param>
public sealed class ScanImagesStage(ImmutableArray<ImageSpec> images, ImageSettings settings, IImageScanner? scanner, ScanGate gate) : IStagePlanner
{
    /// <summary>The stage's name.</summary>
    public const string Name = "ScanImages";

    /// <inheritdoc/>
    public string Stage => Name;

    /// <inheritdoc/>
    public ImmutableArray<ICompensator> Compensators => [];

    /// <inheritdoc/>
    public async Task<ImmutableArray<Step>> PlanAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var builds = await ImageBuild.PlanAllAsync(context, images, settings, cancellation);
        return [.. builds.Select(build => new ScanImageStep(build, scanner, gate)
        {
            Id = new StepId(Stage, build.Image.Name), Title = scanner is null ? $"nothing scans {build.Reference}: there is no scanner" : $"scan {build.Reference}",
        })];
    }
}
