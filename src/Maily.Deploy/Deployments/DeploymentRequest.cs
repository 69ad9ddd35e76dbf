using System.Collections.Immutable;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Leases;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Stores;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Deployments;

/// <summary>What somebody asks for when a deployment, or its rollback, begins.</summary>
public sealed record DeploymentRequest
{
    /// <summary>The id of the deployment that begins.</summary>
    public required DeploymentId Id { get; init; }

    /// <summary>The environment's name.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id, 40 hexadecimal digits.</summary>
    public required string Commit { get; init; }

    /// <summary>The folder that holds a folder for each deployment.</summary>
    public required string Folder { get; init; }

    /// <summary>Where progress goes.</summary>
    public required ILogger Log { get; init; }

    /// <summary>Takes secrets out of texts that are journalled: an error of a foreign library may quote one.</summary>
    public Func<string, string> Redact { get; init; } = text => text;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>How long to wait while another deployment holds the environment.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>How long the lease lives without a heartbeat.</summary>
    public TimeSpan LeaseLifetime { get; init; } = LeaseKeeper.StandardLifetime;

    /// <summary>Whether a hold refuses it: a deployment, not what undoes one.</summary>
    public bool HonoursHold { get; init; }

    /// <summary>The stages that this run leaves out.</summary>
    public ImmutableHashSet<string> Skipped { get; init; } = [];

    /// <summary>What somebody accepts that is refused otherwise, and why; one sentence each.</summary>
    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Whether somebody consented to this deployment by name; what cannot be undone is not done without.</summary>
    public bool IsConsented { get; init; }

    /// <summary>The plan that is to be carried out exactly; null for what is wanted now.</summary>
    public SavedPlan? Plan { get; init; }

    /// <summary>The stages that this run plans.</summary>
    public ImmutableArray<string> Stages { get; init; } = [];

    /// <summary>How the release reaches the clusters.</summary>
    public string Strategy { get; init; } = GitOps.Strategy.Apply;

    internal LeaseHolder HolderOf(string deployment) =>
        new(deployment, System.Environment.UserName, System.Environment.MachineName, System.Environment.ProcessId);

    internal DeploymentHeader HeaderOf(DeploymentId id, Pipeline pipeline) => new(
        id.Value, Environment, Commit, Operator.Name, Time.GetUtcNow(),
        [.. pipeline.Order.Select(stage => stage.Name).Where(Stages.Contains)], [.. Skipped.Order(StringComparer.Ordinal)]) { Accepted = Accepted, Strategy = Strategy };

    internal async Task<DeploymentContext> ContextAsync(DeploymentId id, IReleaseStore releases, CancellationToken cancellation)
    {
        var live = await releases.ListReleasesAsync(Environment, 1, cancellation);
        return new DeploymentContext
        {
            Id = id, Environment = Environment, Commit = Commit, Log = Log, Redact = Redact, Time = Time,
            Folder = Path.Combine(Folder, id.Value), Live = live.FirstOrDefault(release => !release.IsWithdrawn), Skipped = Skipped, Stages = Stages, Plan = Plan, Strategy = Strategy, IsConsented = IsConsented,
        };
    }
}
