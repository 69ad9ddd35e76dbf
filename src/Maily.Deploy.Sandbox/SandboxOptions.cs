using System.Collections.Immutable;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Postgres;

namespace Maily.Deploy.Sandbox;

/// <summary>What a sandbox is made of, and where.</summary>
public sealed record SandboxOptions
{
    /// <summary>The folder of all sandboxes of this repository, <c>artifacts/sandbox</c>, as a full path.</summary>
    public required string Folder { get; init; }

    /// <summary>An engine to use instead of starting one. <c>DOCKER_HOST</c> unless it is set here or leads to a sandbox's own engine.</summary>
    public string? DockerHost { get; init; } = NotOfASandbox(Environment.GetEnvironmentVariable("DOCKER_HOST"));

    /// <summary>Clusters to use instead of starting some, with a context for each region. <c>KUBECONFIG</c> unless it is set here.</summary>
    public string? Kubeconfig { get; init; } = Environment.GetEnvironmentVariable("KUBECONFIG");

    /// <summary>The folder of a real control plane to start instead of the embedded one. <c>KUBEBUILDER_ASSETS</c> unless it is set here.</summary>
    public string? ControlPlane { get; init; } = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");

    /// <summary>Where the clusters come from.</summary>
    public ClusterSource Clusters => ClusterSource.Of(Kubeconfig, ControlPlane, Folder);

    /// <summary>The regions to have a cluster in.</summary>
    public ImmutableArray<string> Regions { get; init; } = ["eu-west-1", "us-east-1"];

    /// <summary>The clusters' name, the same in each region.</summary>
    public string ClusterName { get; init; } = "maily-sandbox";

    /// <summary>How long the embedded clusters' controllers rest between two looks.</summary>
    public TimeSpan ClusterPace { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How Postgres is made.</summary>
    public PostgresOptions Postgres { get; init; } = new();

    /// <summary>How long each far side may take to answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True to write <c>.env</c> into <see cref="Folder"/>, for shells; each sandbox has one in its own folder anyway.</summary>
    public bool PublishEnvironment { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    // A shell that has sourced a sandbox's .env names an engine that may be gone, or is that sandbox's to prune.
    static string? NotOfASandbox(string? engine) => engine?.Contains("/artifacts/sandbox/", StringComparison.Ordinal) == true ? null : engine;
}
