namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>How a Vercel stand-in is set up: one team with one project.</summary>
public sealed record VercelStandInOptions
{
    /// <summary>The bearer token that is accepted: letters and digits, since the vercel CLI refuses any other.</summary>
    public string Token { get; init; } = "sandboxVercelToken000001";

    /// <summary>The team (<c>VERCEL_ORG_ID</c>).</summary>
    public string TeamId { get; init; } = "team_sandbox0000000000000001";

    /// <summary>The team's slug, as in <c>?slug=</c> and in the host names of deployments.</summary>
    public string TeamSlug { get; init; } = "maily";

    /// <summary>The project (<c>VERCEL_PROJECT_ID</c>).</summary>
    public string ProjectId { get; init; } = "prj_sandbox00000000000000001";

    /// <summary>The project's name.</summary>
    public string ProjectName { get; init; } = "maily-web";

    /// <summary>The host name that production answers to.</summary>
    public string ProductionDomain { get; init; } = "maily.example";

    /// <summary>The repository that the project is linked to; <see langword="null"/> where it is not linked.</summary>
    public VercelGitLink? Link { get; init; }

    /// <summary>A local repository that deployments with a <c>gitSource</c> are taken from.</summary>
    public string? GitRepository { get; init; }

    /// <summary>The project's switch for production domains; a rollback leaves it off.</summary>
    public bool AutoAssignCustomDomains { get; init; } = true;

    /// <summary>
    /// The secret for <c>x-vercel-protection-bypass</c>. Set, a deployment's own host answers 401 without it, as with
    /// Vercel's deployment protection; <see langword="null"/> leaves every deployment open.
    /// </summary>
    public string? ProtectionBypass { get; init; }

    /// <summary>How long a deployment is QUEUED, and then at least BUILDING.</summary>
    public TimeSpan BuildStep { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long a promotion is pending, and then in progress.</summary>
    public TimeSpan AliasStep { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Loopback port of the API; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Loopback port of the production domain; 0 takes a free one.</summary>
    public int ProductionPort { get; init; }

    /// <summary>Folder for the deployed files; <see langword="null"/> makes a temporary one, removed at the end.</summary>
    public string? WorkDirectory { get; init; }

    /// <summary>The <c>node</c> that runs functions and builds.</summary>
    public string Node { get; init; } = "node";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>A project's Git integration.</summary>
/// <param name="Type">For instance <c>github</c>.</param>
/// <param name="Org">Owner of the repository.</param>
/// <param name="Repo">Name of the repository.</param>
/// <param name="ProductionBranch">The branch whose pushes are production deployments.</param>
/// <param name="RepoId">The host's number of the repository.</param>
public sealed record VercelGitLink(string Type, string Org, string Repo, string ProductionBranch, long RepoId = 1);
