namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>How an embedded cluster behaves.</summary>
public sealed record EmbeddedClusterOptions
{
    /// <summary>How long a pod takes for each of its steps (scheduled, started, ready) and a controller for each round.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether pods are scheduled and started. Off, they stay Pending, and a test plays the kubelet.</summary>
    public bool RunsPods { get; init; } = true;

    /// <summary>Tells whether an image exists in its registry; null: every image does. One that does not is not pulled.</summary>
    public Func<string, CancellationToken, Task<bool>>? ImageExists { get; init; }

    /// <summary>How many past changes are kept for watchers; older versions are answered with 410 Gone.</summary>
    public int HistoryLength { get; init; } = 10_000;

    /// <summary>How often a watcher that asked for bookmarks gets one.</summary>
    public TimeSpan BookmarkEvery { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The bearer token that clients must send; a random one when null.</summary>
    public string? Token { get; init; }

    /// <summary>Where the kubeconfig file is written; a private temporary folder when null.</summary>
    public string? Folder { get; init; }

    /// <summary>The clock of all timestamps and deadlines.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
