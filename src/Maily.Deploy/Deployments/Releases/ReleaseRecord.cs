using System.Collections.Immutable;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Deployments.Releases;

/// <summary>The immutable description of what went live. Holds no secret.</summary>
public sealed record ReleaseRecord
{
    /// <summary>The deployment that made it live.</summary>
    public required DeploymentId Deployment { get; init; }

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id.</summary>
    public required string Commit { get; init; }

    /// <summary>When it went live.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Full references by digest, by image name: <c>registry/maily/api-gateway@sha256:...</c>.</summary>
    public ImmutableSortedDictionary<string, string> Images { get; init; } = Empty;

    /// <summary>Files, by image name, that were in images though no commit has them (<c>--allow-dirty</c>).</summary>
    public ImmutableSortedDictionary<string, string> Uncommitted { get; init; } = Empty;

    /// <summary>What their scans found, by image name; empty in records of before there were scans.</summary>
    public ImmutableSortedDictionary<string, ImageScan> Scans { get; init; } = ImmutableSortedDictionary<string, ImageScan>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>Versions of all applied migrations, in order.</summary>
    public ImmutableArray<string> Migrations { get; init; } = [];

    /// <summary>The Vercel deployment that serves production; null where there is none.</summary>
    public string? VercelDeployment { get; init; }

    /// <summary>Whether new production deployments took the domains by themselves once this one was promoted; null where nobody looked.</summary>
    public bool? AutoAssignsDomains { get; init; }

    /// <summary>SHA-256 of the rendered manifests, by region.</summary>
    public ImmutableSortedDictionary<string, string> Manifests { get; init; } = Empty;

    /// <summary>How it reached the clusters: <c>apply</c>, or <c>gitops</c>. Records from before there was a choice say nothing, and were applied.</summary>
    public string Strategy { get; init; } = GitOps.Strategy.Apply;

    /// <summary>The commits of the manifests repository, by region; empty where nothing was committed.</summary>
    public ImmutableSortedDictionary<string, string> Revisions { get; init; } = Empty;

    /// <summary>The hash of the plan that was carried out exactly; null where none was given.</summary>
    public string? Plan { get; init; }

    /// <summary>Whether this says the opposite: the release was undone with nothing before it, so that nothing is live.</summary>
    public bool IsWithdrawn { get; init; }

    /// <summary>Whether a rollback made it live again, so that the deployment that it names is not the last that was at work.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Whether both describe the same parts, whoever made them live and from which commit.</summary>
    public bool HasContentOf(ReleaseRecord other) =>
        VercelDeployment == other.VercelDeployment && Strategy == other.Strategy && Migrations.SequenceEqual(other.Migrations)
        && Images.SequenceEqual(other.Images) && Manifests.SequenceEqual(other.Manifests);

    static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
}
