using System.Collections.Immutable;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox;

/// <summary>Starts a sandbox. What it has started is in <paramref name="started"/>, also where it fails on the way.</summary>
sealed class SandboxStart(SandboxOptions options, ToolLocator tools, ProcessRunner runner, Started started, ILogger log)
{
    readonly SandboxCredentials credentials = new();

    public async Task<RunningSandbox> RunAsync(CancellationToken cancellation)
    {
        var begun = options.Time.GetTimestamp();
        var folder = await started.KeepAsync(InstanceFolder.CreateAsync(options.Folder, options.Time, log, cancellation));
        var host = await MakeHostAsync(folder, cancellation);
        var parts = await StartPartsAsync(new(options, folder, host, tools, runner, log), new(options, credentials, folder), cancellation);
        var environment = Describe(parts);
        var file = await folder.WriteEnvironmentAsync(environment, options.PublishEnvironment, cancellation);
        log.LogInformation("Sandbox {Instance} is up after {Seconds:0.0} s; its variables are in {File}", folder.Name, options.Time.GetElapsedTime(begun).TotalSeconds, file);
        return RunningSandbox.Of(started, folder, parts, environment, file);
    }

    async Task<ProcessHost> MakeHostAsync(InstanceFolder folder, CancellationToken cancellation)
    {
        var launcher = await started.KeepAsync(Task.FromResult(new Launcher()));
        return new(launcher, await Containments.DetectAsync(runner, cancellation), folder.Logs, options.Time, folder.Record);
    }

    async Task<SandboxParts> StartPartsAsync(LocalParts local, HostedParts hosted, CancellationToken cancellation)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var group = new TaskGroup(together);
        var postgres = group.Run(token => KeepAsync("Postgres", local.StartPostgresAsync, token));
        var registry = group.Run(token => KeepAsync("Registry", local.StartRegistryAsync, token));
        var engine = group.Run(token => KeepAsync("Container engine", local.StartEngineAsync, token));
        var image = group.Run(async token => await KeepAsync("Base image", async stop => await local.PublishBaseAsync(await engine, await registry, stop), token));
        var upstream = group.Run(async token => await KeepAsync("Upstream image", async stop => await local.PublishUpstreamAsync(await engine, await registry, await image, stop), token));
        var clusters = group.Run(token => KeepAsync("Clusters", stop => local.StartClustersAsync(registry, stop), token));
        var aws = group.Run(token => KeepAsync("AWS", stop => hosted.StartAwsAsync(clusters, stop), token));
        var providers = group.Run(token => KeepAsync("AI providers", hosted.StartAiProvidersAsync, token));
        var vercel = group.Run(token => KeepAsync("Vercel", hosted.StartVercelAsync, token));
        var manifests = group.Run(token => KeepAsync("Manifests", hosted.StartManifestsAsync, token));
        var argo = group.Run(token => KeepAsync("Argo CD", stop => hosted.StartArgoCdAsync(clusters, manifests, stop), token));
        var slack = group.Run(token => KeepAsync("Slack", hosted.StartSlackAsync, token));
        var trivy = group.Run(token => KeepAsync("Trivy", hosted.StartTrivyAsync, token));
        await group.WaitAsync();
        return new()
        {
            Postgres = await postgres,
            Engine = await engine,
            Registry = await registry,
            BaseImage = await image,
            UpstreamImage = await upstream,
            Clusters = await clusters,
            Aws = await aws,
            AiProviders = await providers,
            Vercel = await vercel,
            Manifests = await manifests,
            ArgoCd = await argo,
            Slack = await slack,
            Trivy = await trivy,
        };
    }

    async Task<T> KeepAsync<T>(string name, Func<CancellationToken, Task<T>> start, CancellationToken cancellation) where T : IAsyncDisposable
    {
        var begun = options.Time.GetTimestamp();
        var part = await started.KeepAsync(start(cancellation));
        log.LogInformation("{Part} is up after {Seconds:0.0} s", name, options.Time.GetElapsedTime(begun).TotalSeconds);
        return part;
    }

    ImmutableSortedDictionary<string, string> Describe(SandboxParts parts) => SandboxEnvironment.Join(
        SandboxEnvironment.Of(parts.Postgres),
        SandboxEnvironment.Of(credentials, options),
        [
            ("NUKE_ENVIRONMENT", "sandbox"),
            ("DOCKER_HOST", parts.Engine.Address),
            ("MAILY_REGISTRY", parts.Registry.Address),
            ("MAILY_BASE_IMAGE", parts.BaseImage.Name),
            ("MAILY_UPSTREAM_IMAGE", parts.UpstreamImage.Name),
            ("MAILY_IMAGE_PLATFORM", parts.BaseImage.Platform),
            ("KUBECONFIG", parts.Clusters.KubeconfigPath),
            ("AWS_ENDPOINT_URL", Address(parts.Aws.Url)),
            ("OPENAI_BASE_URL", Address(parts.AiProviders.OpenAiUrl)),
            ("ANTHROPIC_BASE_URL", Address(parts.AiProviders.AnthropicUrl)),
            ("GOOGLE_AI_BASE_URL", Address(parts.AiProviders.GoogleUrl)),
            ("TRIVY_SERVER_URL", Address(parts.Trivy.Url)),
            ("VERCEL_API_URL", Address(parts.Vercel.Url)),
            ("MAILY_WEB_URL", Address(parts.Vercel.ProductionUrl)),
            ("MAILY_MANIFESTS_URL", parts.Manifests.Url),
            ("MAILY_MANIFESTS_TOKEN", parts.Manifests.Token),
            ("SLACK_WEBHOOK_URL", parts.Slack.WebhookUrl.AbsoluteUri),
        ]);

    // As people write it: no slash at the end.
    static string Address(Uri url) => url.AbsoluteUri.TrimEnd('/');
}
