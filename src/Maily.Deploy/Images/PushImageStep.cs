using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Images;

/// <summary>Pushes one image and gives it the commit's tag; what the registry serves then is asked back.</summary>
sealed class PushImageStep(ImageBuild build, ImageSettings settings) : Step
{
    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Additive;

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        var content = await registry.FindDigestAsync(build.Image.Name, build.ContentTag, cancellation);
        var commit = await registry.FindDigestAsync(build.Image.Name, build.CommitTag, cancellation);
        return content is not null && (content == commit || IsLive(content, context)) ? Finding.AsWanted(OutputsOf(content)) : Finding.Absent;
    }

    // What is live already needs no further name: it is found by its content.
    bool IsLive(string digest, DeploymentContext context) => context.Live?.Images.GetValueOrDefault(build.Image.Name) == $"{build.Repository}@{digest}";

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Deployment.Time);
        var manifest = await registry.FindManifestAsync(build.Image.Name, build.ContentTag, cancellation)
            ?? await PushAsync(context, registry, cancellation);
        await new RegistryWriter(settings, registry, context.Permit).TagAsync(build.Image.Name, manifest, build.CommitTag, cancellation);
        return OutputsOf(manifest.Digest);
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, context.Time);
        var served = await registry.FindDigestAsync(build.Image.Name, build.CommitTag, cancellation);
        return Verification.Compare(outputs["digest"] ?? "a digest", served ?? $"no {build.CommitTag}");
    }

    async Task<ServedManifest> PushAsync(StepContext context, RegistryReader registry, CancellationToken cancellation)
    {
        using var engine = new EngineWriter(settings, context.Permit);
        var log = context.Deployment.Log;
        var digest = await Retry(context.Deployment).ExecuteAsync(
            async token => await engine.PushAsync(build, line => log.LogDebug("{Image}: {Line}", build.Image.Name, line), token), cancellation);
        var served = await registry.FindManifestAsync(build.Image.Name, digest, cancellation);
        return served is not null && served.Digest == digest
            ? served
            : throw new ImagePushException(build.Reference, $"The engine says it pushed {digest}, and the registry does not serve that.", "");
    }

    // What the registry has of a half push is not sent again.
    static ResiliencePipeline Retry(DeploymentContext context) => new ResiliencePipelineBuilder { TimeProvider = context.Time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 4, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromSeconds(1), UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<ImagePushException>(failed => failed.IsTransient),
            OnRetry = attempt =>
            {
                context.Log.LogWarning("Pushing again: {Reason}", attempt.Outcome.Exception?.Message);
                return default;
            },
        }).Build();

    StepOutputs OutputsOf(string digest) => StepOutputs.Of(
        ("digest", digest), ("reference", $"{build.Repository}@{digest}"), ("content", build.ContentTag));
}
