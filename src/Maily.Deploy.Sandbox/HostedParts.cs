using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Slack;
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

    /// <summary>Starts Slack.</summary>
    public Task<SlackStandIn> StartSlackAsync(CancellationToken cancellation) =>
        SlackStandIn.StartAsync(new() { Token = credentials.SlackToken, Time = options.Time }, cancellation);
}
