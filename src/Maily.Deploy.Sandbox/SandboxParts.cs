using Maily.Deploy.Sandbox.AiProviders;
using Maily.Deploy.Sandbox.ArgoCd;
using Maily.Deploy.Sandbox.Aws;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Manifests;
using Maily.Deploy.Sandbox.Postgres;
using Maily.Deploy.Sandbox.Registry;
using Maily.Deploy.Sandbox.Slack;
using Maily.Deploy.Sandbox.Trivy;
using Maily.Deploy.Sandbox.Vercel;

namespace Maily.Deploy.Sandbox;

/// <summary>The far sides of a sandbox that is up.</summary>
public sealed record SandboxParts
{
    /// <summary>The database server.</summary>
    public required PostgresServer Postgres { get; init; }

    /// <summary>The container engine.</summary>
    public required ContainerEngine Engine { get; init; }

    /// <summary>The registry.</summary>
    public required OciRegistry Registry { get; init; }

    /// <summary>The image that services build on.</summary>
    public required BaseImage BaseImage { get; init; }

    /// <summary>The image that stands for those that others build.</summary>
    public required UpstreamImage UpstreamImage { get; init; }

    /// <summary>The clusters, one in each region.</summary>
    public required RegionalClusters Clusters { get; init; }

    /// <summary>AWS.</summary>
    public required AwsStandIn Aws { get; init; }

    /// <summary>OpenAI, Anthropic and Google.</summary>
    public required AiProvidersStandIn AiProviders { get; init; }

    /// <summary>Vercel.</summary>
    public required VercelStandIn Vercel { get; init; }

    /// <summary>The repository of manifests.</summary>
    public required ManifestsServer Manifests { get; init; }

    /// <summary>Argo CD.</summary>
    public required RegionalArgoCd ArgoCd { get; init; }

    /// <summary>Slack.</summary>
    public required SlackStandIn Slack { get; init; }

    /// <summary>The scanner of images.</summary>
    public required TrivyStandIn Trivy { get; init; }
}
