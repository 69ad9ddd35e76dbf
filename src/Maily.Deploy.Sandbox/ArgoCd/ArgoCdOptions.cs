using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>How Argo CD is played in one cluster.</summary>
public sealed record ArgoCdOptions
{
    /// <summary>The cluster's kubeconfig.</summary>
    public required string KubeconfigPath { get; init; }

    /// <summary>The context in it; null for its current one.</summary>
    public string? Context { get; init; }

    /// <summary>The Applications to make, by the region that each follows.</summary>
    public ImmutableArray<string> Regions { get; init; } = [];

    /// <summary>The repository that they follow.</summary>
    public required string RepositoryUrl { get; init; }

    /// <summary>Opens it; null where nothing is asked for.</summary>
    public string? Token { get; init; }

    /// <summary>The branch that they follow.</summary>
    public string Branch { get; init; } = "main";

    /// <summary>Whether Applications sync by themselves.</summary>
    public bool SyncsByItself { get; init; } = true;

    /// <summary>A folder of its own.</summary>
    public required string Folder { get; init; }

    /// <summary>The pause between two looks, and between being asked for a refresh and doing it: until then an Application says what it said before.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
