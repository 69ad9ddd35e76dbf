using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Images;

/// <summary>Builds one image, unless the registry serves its content or the engine has it.</summary>
sealed class BuildImageStep(ImageBuild build, ImageSettings settings) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Additive;

    StepOutputs Outputs => StepOutputs.Of(("content", build.ContentTag), ("reference", build.Reference));

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        await ExistsAsync(context, cancellation) ? Finding.AsWanted(Outputs) : Finding.Absent;

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        using var engine = new EngineWriter(settings, context.Permit);
        await engine.BuildAsync(build, line => context.Deployment.Log.LogDebug("{Image}: {Line}", build.Image.Name, line), cancellation);
        return Outputs;
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        new(await ExistsAsync(context, cancellation), build.Reference, "neither the registry nor the engine has it");

    async Task<bool> ExistsAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        using var engine = new EngineReader(settings);
        return await registry.FindDigestAsync(build.Image.Name, build.ContentTag, cancellation) is not null
            || await engine.HasAsync(build.Reference, build.ContentTag, cancellation);
    }
}
