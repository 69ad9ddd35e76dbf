using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Buildx;
using Maily.Deploy.Images.Progress;

namespace Maily.Deploy.Images;

/// <summary>Builds one image, unless the registry serves its content or it was built before.</summary>
sealed class BuildImageStep(ImageBuild build, ImageSettings settings, SemaphoreSlim slots) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Additive;

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) =>
        await ExistsAsync(context, cancellation) ? Finding.AsWanted(OutputsOf(context)) : Finding.Absent;

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            await BuildAsync(context, cancellation);
            return OutputsOf(context.Deployment);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        new(await ExistsAsync(context, cancellation), build.Reference, "neither the registry nor the engine has it");

    async Task BuildAsync(StepContext context, CancellationToken cancellation)
    {
        var deployment = context.Deployment;
        var origin = await ImageOrigin.ReadAsync(deployment, build.Image, cancellation);
        using var progress = new ImageProgress(deployment.Log, build.Image.Name, deployment.Time);
        if (await BuildxProbe.ChooseAsync(settings, deployment.Time, cancellation) is { } buildx)
        {
            await new BuildxWriter(settings, buildx, context.Permit, deployment.Time).BuildAsync(build, origin, BuiltArchive.PathOf(deployment, build), progress, cancellation);
            return;
        }

        using var engine = new EngineWriter(settings, context.Permit);
        await engine.BuildAsync(build, origin, progress, cancellation);
    }

    StepOutputs OutputsOf(DeploymentContext context) => StepOutputs.Of(
    [
        .. build.Outputs, ("reference", build.Reference),
        .. BuiltArchive.Find(context, build) is { } archive ? [("archive", archive)] : Array.Empty<(string, string)>(),
    ]);

    async Task<bool> ExistsAsync(DeploymentContext context, CancellationToken cancellation)
    {
        if (BuiltArchive.Find(context, build) is not null)
            return true;
        using var registry = new RegistryReader(settings, context.Time);
        using var engine = new EngineReader(settings);
        return await registry.FindDigestAsync(build.Image.Name, build.ContentTag, cancellation) is not null
            || await engine.HasAsync(build.Reference, build.ContentTag, cancellation);
    }
}
