using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>One line of a build log.</summary>
/// <param name="At">When it was written.</param>
/// <param name="Type"><c>stdout</c>, <c>stderr</c> or <c>command</c>.</param>
/// <param name="Text">The line.</param>
public sealed record VercelEvent(DateTimeOffset At, string Type, string Text);

/// <summary>A deployment as it is at one moment.</summary>
public sealed record VercelDeployment
{
    /// <summary><c>dpl_...</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its own host name, the <c>url</c> of the API: no scheme.</summary>
    public required string Host { get; init; }

    /// <summary><c>production</c>, or <see langword="null"/> for a preview.</summary>
    public string? Target { get; init; }

    /// <summary>QUEUED, BUILDING, READY, ERROR or CANCELED.</summary>
    public required string ReadyState { get; init; }

    /// <summary>STAGED until it has served production, then PROMOTED; <see langword="null"/> for previews and before READY.</summary>
    public string? ReadySubstate { get; init; }

    /// <summary>What the caller noted on it.</summary>
    public IReadOnlyDictionary<string, string> Meta { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The files, by path, with their SHA-1.</summary>
    public ImmutableSortedDictionary<string, string> Files { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it takes the production domains when it is READY.</summary>
    public bool AutoAssignCustomDomains { get; init; } = true;

    /// <summary>The build log.</summary>
    public ImmutableList<VercelEvent> Events { get; init; } = [];

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its build began.</summary>
    public DateTimeOffset? BuildingAt { get; init; }

    /// <summary>When it was READY, ERROR or CANCELED.</summary>
    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Why the build failed; <see langword="null"/> unless ERROR.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Where it came from: <c>cli</c>, <c>git</c>, <c>redeploy</c> or <c>api-trigger-git-deploy</c>.</summary>
    public string Source { get; init; } = "cli";

    /// <summary>The <c>gitSource</c> of the request as JSON; <see langword="null"/> where files were uploaded.</summary>
    public string? GitSource { get; init; }

    /// <summary>Settings of this build that differ from the project's, as JSON.</summary>
    public string ProjectSettings { get; init; } = "{}";

    /// <summary>An address on loopback that serves it without a Host header; set when READY. Not part of the API.</summary>
    public Uri? LoopbackUrl { get; init; }

    internal bool IsOver => ReadyState is "READY" or "ERROR" or "CANCELED";
}
