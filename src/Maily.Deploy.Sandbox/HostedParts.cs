using Maily.Deploy.Sandbox.AiProviders;
using Maily.Deploy.Sandbox.ArgoCd;
using Maily.Deploy.Sandbox.Aws;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Manifests;
using Maily.Deploy.Sandbox.Slack;
using Maily.Deploy.Sandbox.Trivy;
using Maily.Deploy.Sandbox.Vercel;

namespace Maily.Deploy.Sandbox;

/// <summary>Starts the stand-ins of the hosted services, set up for one another and for the credentials.</summary>
sealed class HostedParts(SandboxOptions options, SandboxCredentials credentials, InstanceFolder folder)
{
    /// <summary>Starts Vercel.</summary>
    public Task<VercelStandIn> StartVercelAsync(CancellationToken cancellation) => VercelStandIn.StartAsync(
        new()
        {
            Token = credentials.VercelToken,
            TeamId = credentials.VercelOrgId,
            ProjectId = credentials.VercelProjectId,
            WorkDirectory = folder.Of("vercel"),
            Time = options.Time,
        },
        cancellation);

    /// <summary>Starts AWS, which knows the cluster of its region.</summary>
    public async Task<AwsStandIn> StartAwsAsync(Task<RegionalClusters> clusters, CancellationToken cancellation)
    {
        var (all, region) = (await clusters, options.Regions[0]);
        return await AwsStandIn.StartAsync(
            new()
            {
                Region = region,
                Keys = [new(credentials.AwsAccessKeyId, credentials.AwsSecretAccessKey)],
                Clusters = [new(options.ClusterName, all.ByRegion[region].Address, await all.ReadAuthorityAsync(region))],
                Secrets = new Dictionary<string, string>(StringComparer.Ordinal) { ["maily/sandbox"] = "{}" },
                Time = options.Time,
            },
            cancellation);
    }

    /// <summary>Starts the AI providers.</summary>
    public Task<AiProvidersStandIn> StartAiProvidersAsync(CancellationToken cancellation) => AiProvidersStandIn.StartAsync(
        new() { OpenAiKey = credentials.OpenAiKey, AnthropicKey = credentials.AnthropicKey, GoogleKey = credentials.GoogleKey, Time = options.Time },
        cancellation);

    /// <summary>Starts the repository of manifests.</summary>
    public Task<ManifestsServer> StartManifestsAsync(CancellationToken cancellation) =>
        ManifestsServer.StartAsync(new() { Folder = folder.Of("manifests"), Token = credentials.ManifestsToken, Regions = options.Regions, Time = options.Time }, cancellation);

    /// <summary>Starts Argo CD in each cluster that is the sandbox's own: in others it would install kinds.</summary>
    public async Task<RegionalArgoCd> StartArgoCdAsync(Task<RegionalClusters> clusters, Task<ManifestsServer> manifests, CancellationToken cancellation)
    {
        var (all, repository) = (await clusters, await manifests);
        if (options.Clusters is ClusterSource.Existing)
            return new([]);
        return new(await Task.WhenAll(options.Regions.Select(async region => KeyValuePair.Create(region, await ArgoController.StartAsync(
            new()
            {
                KubeconfigPath = all.KubeconfigPath, Context = region, Regions = [region], RepositoryUrl = repository.Url, Token = repository.Token,
                Folder = Directory.CreateDirectory(folder.Of(Path.Combine("argocd", region))).FullName, Time = options.Time,
            },
            cancellation)))));
    }

    /// <summary>Starts Slack.</summary>
    public Task<SlackStandIn> StartSlackAsync(CancellationToken cancellation) =>
        SlackStandIn.StartAsync(new() { Token = credentials.SlackToken, Time = options.Time }, cancellation);

    /// <summary>Starts the scanner of images.</summary>
    public Task<TrivyStandIn> StartTrivyAsync(CancellationToken cancellation) => TrivyStandIn.StartAsync(new() { Time = options.Time }, cancellation);
}
