namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>The last promotion or rollback that was asked for.</summary>
/// <param name="Type"><c>promote</c> or <c>rollback</c>.</param>
/// <param name="FromDeploymentId">What served production then.</param>
/// <param name="ToDeploymentId">What is to serve it.</param>
/// <param name="JobStatus">pending, in-progress, succeeded, failed or skipped.</param>
/// <param name="RequestedAt">When it was asked for.</param>
public sealed record VercelAliasRequest(
    string Type, string? FromDeploymentId, string ToDeploymentId, string JobStatus, DateTimeOffset RequestedAt)
{
    internal bool IsRunning => JobStatus is "pending" or "in-progress";
}

/// <summary>The project as it is at one moment.</summary>
public sealed record VercelProject
{
    /// <summary><c>prj_...</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The Git integration, if there is one.</summary>
    public VercelGitLink? Link { get; init; }

    /// <summary>Whether a production deployment takes the production domains by itself. A rollback switches it off.</summary>
    public bool AutoAssignCustomDomains { get; init; } = true;

    /// <summary>The deployment that serves production; <see langword="null"/> before the first.</summary>
    public string? ProductionDeploymentId { get; init; }

    /// <summary>The last promotion or rollback.</summary>
    public VercelAliasRequest? LastAliasRequest { get; init; }

    /// <summary>The target of a rollback that is in force; gone after the next promotion.</summary>
    public string? LastRollbackTarget { get; init; }

    /// <summary>Further settings as they were patched, as JSON.</summary>
    public string Settings { get; init; } = "{}";

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An environment variable of the project.</summary>
public sealed record VercelVariable
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Key { get; init; }

    /// <summary>Its value; the API never shows that of a <c>sensitive</c> one.</summary>
    public required string Value { get; init; }

    /// <summary>plain, encrypted, sensitive or system.</summary>
    public required string Type { get; init; }

    /// <summary>production, preview, development.</summary>
    public required IReadOnlyList<string> Target { get; init; }

    /// <summary>The branch it is limited to.</summary>
    public string? GitBranch { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it last changed.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
