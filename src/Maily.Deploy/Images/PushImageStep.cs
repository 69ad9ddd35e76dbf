using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Layouts;
using Maily.Deploy.Images.Progress;
using Maily.Deploy.Images.Pruning;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Images;

/// <summary>Pushes one image and gives it the commit's tag and the environment's; what the registry serves then is asked back.</summary>
sealed class PushImageStep(ImageBuild build, ImageSettings settings, SemaphoreSlim slots) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Additive;

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        Task<string?> Served(string tag) => registry.FindDigestAsync(build.Image.Name, tag, cancellation);
        var (content, commit, environment) = (Served(build.ContentTag), Served(build.CommitTag), Served(EnvironmentTag.Of(context.Environment, build.ContentTag)));
        return await content is { } digest && ((digest == await commit && digest == await environment) || IsLive(digest, context)) ? Finding.AsWanted(OutputsOf(digest)) : Finding.Absent;
    }

    // What is live already needs no further name: it is found by its content.
    bool IsLive(string digest, DeploymentContext context) => context.Live?.Images.GetValueOrDefault(build.Image.Name) == $"{build.Repository}@{digest}";

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            using var registry = new RegistryReader(settings, context.Deployment.Time);
            var writer = new RegistryWriter(settings, registry, context.Permit);
            var manifest = await registry.FindManifestAsync(build.Image.Name, build.ContentTag, cancellation)
                ?? await PushAsync(context, registry, writer, cancellation);
            await writer.TagAsync(build.Image.Name, manifest, build.CommitTag, cancellation);
            await writer.TagAsync(build.Image.Name, manifest, EnvironmentTag.Of(context.Deployment.Environment, build.ContentTag), cancellation);
            return OutputsOf(manifest.Digest);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        var served = await registry.FindDigestAsync(build.Image.Name, build.CommitTag, cancellation);
        return Verification.Compare(outputs["digest"] ?? "a digest", served ?? $"no {build.CommitTag}");
    }

    async Task<ServedManifest> PushAsync(StepContext context, RegistryReader registry, RegistryWriter writer, CancellationToken cancellation)
    {
        using var progress = new ImageProgress(context.Deployment.Log, build.Image.Name, context.Deployment.Time);
        var archive = BuiltArchive.Find(context.Deployment, build);
        var digest = archive is null
            ? await FromEngineAsync(context, progress, cancellation)
            : await new LayoutPush(new OciLayout(archive), writer, build.Image.Name, progress, context.Deployment.Time).RunAsync(build.ContentTag, cancellation);
        var served = await registry.FindManifestAsync(build.Image.Name, digest, cancellation)
            ?? throw new ImagePushException(build.Reference, $"It was pushed as {digest}, and the registry does not serve that.", "");
        if (archive is not null)
            Directory.Delete(archive, recursive: true);
        return served;
    }

    async Task<string> FromEngineAsync(StepContext context, ImageProgress progress, CancellationToken cancellation)
    {
        using var engine = new EngineWriter(settings, context.Permit);
        return await Retry(context.Deployment).ExecuteAsync(async token => await engine.PushAsync(build, progress, token), cancellation);
    }

    // What the registry has of a half push is not sent again.
    static ResiliencePipeline Retry(DeploymentContext context) => new ResiliencePipelineBuilder { TimeProvider = context.Time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 4, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromSeconds(1), UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<ImagePushException>(failed => failed.IsTransient).Handle<EngineUnreachableException>(),
            OnRetry = attempt =>
            {
                context.Log.LogWarning("Pushing again: {Reason}", attempt.Outcome.Exception?.Message);
                return default;
            },
        }).Build();

    StepOutputs OutputsOf(string digest) => StepOutputs.Of(
        [.. build.Outputs, ("digest", digest), ("reference", $"{build.Repository}@{digest}")]);
}
