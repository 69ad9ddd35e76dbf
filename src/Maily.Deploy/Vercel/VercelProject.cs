using System.Text.Json.Serialization;

namespace Maily.Deploy.Vercel;

/// <summary>The project as Vercel's API shows it.</summary>
public sealed record VercelProject
{
    /// <summary><c>prj_...</c>.</summary>
    public string Id { get; init; } = "";

    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The team or user that owns it.</summary>
    public string? AccountId { get; init; }

    /// <summary>Whether a new production deployment takes the production domains by itself; off after a rollback.</summary>
    public bool? AutoAssignCustomDomains { get; init; }

    /// <summary>The Git integration; null where there is none.</summary>
    public VercelLink? Link { get; init; }

    /// <summary>Current deployments by target.</summary>
    public VercelTargets? Targets { get; init; }

    /// <summary>The last promotion or rollback that anybody asked for.</summary>
    public VercelAliasRequest? LastAliasRequest { get; init; }

    /// <summary>Settings of the Git integration.</summary>
    public VercelGitProviderOptions? GitProviderOptions { get; init; }

    /// <summary>The deployment that serves production; null before the first one.</summary>
    [JsonIgnore]
    public string? Production => Targets?.Production?.Id is { Length: > 0 } id ? id : null;
}

/// <summary>Current deployments by target.</summary>
/// <param name="Production">The one that serves production.</param>
public sealed record VercelTargets(VercelDeployment? Production);

/// <summary>A project's Git integration.</summary>
/// <param name="Type">For instance <c>github</c>.</param>
/// <param name="ProductionBranch">The branch whose pushes become production deployments.</param>
public sealed record VercelLink(string? Type, string? ProductionBranch);

/// <summary>Settings of the Git integration.</summary>
/// <param name="CreateDeployments"><c>enabled</c> or <c>disabled</c>: whether pushes make deployments at all.</param>
public sealed record VercelGitProviderOptions(string? CreateDeployments);

/// <summary>A promotion or rollback that was asked for.</summary>
/// <param name="FromDeploymentId">What served production then.</param>
/// <param name="ToDeploymentId">What is to serve it.</param>
/// <param name="JobStatus">pending, in-progress, succeeded, failed or skipped.</param>
/// <param name="RequestedAt">When, in milliseconds since 1970 by Vercel's clock.</param>
/// <param name="Type"><c>promote</c> or <c>rollback</c>.</param>
public sealed record VercelAliasRequest(string? FromDeploymentId, string? ToDeploymentId, string? JobStatus, long RequestedAt, string? Type)
{
    /// <summary>Whether it is neither done nor given up.</summary>
    [JsonIgnore]
    public bool IsRunning => JobStatus is "pending" or "in-progress";
}
