using k8s;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>One cluster for all cases of the contract.</summary>
public abstract class ClusterFixture : IAsyncLifetime
{
    IKubernetesCluster? cluster;

    /// <summary>Why there is no cluster; null where there is one.</summary>
    public string? Missing { get; private set; }

    public IKubernetesCluster Cluster => cluster ?? throw new InvalidOperationException(Missing);

    public async ValueTask InitializeAsync()
    {
        Missing = WhatIsMissing();
        if (Missing is null) cluster = await StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public k8s.Kubernetes Client() => new(KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(Cluster.KubeconfigPath)));

    protected virtual string? WhatIsMissing() => null;

    protected abstract Task<IKubernetesCluster> StartAsync();
}

/// <summary>The embedded cluster without its kubelet, as the real control plane has none.</summary>
public sealed class EmbeddedFixture : ClusterFixture
{
    protected override async Task<IKubernetesCluster> StartAsync() =>
        await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { RunsPods = false, Pace = TimeSpan.FromMilliseconds(5) }, TestContext.Current.CancellationToken);
}

/// <summary>The real control plane without a node.</summary>
public sealed class RealFixture : ClusterFixture
{
    protected override string? WhatIsMissing() => RealAssets.WhatIsMissing();

    protected override async Task<IKubernetesCluster> StartAsync() =>
        await RealControlPlane.StartAsync(RealAssets.Folder!, TestContext.Current.CancellationToken);
}

/// <summary>The programs of the real control plane, from KUBEBUILDER_ASSETS or from the cache that build/tools/control-plane.sh fills.</summary>
public static class RealAssets
{
    public static string? Folder => Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS") is { Length: > 0 } set
        ? set : ClusterSource.CachedAssets(new Dictionary<string, string> { ["XDG_CACHE_HOME"] = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") ?? "" });

    public static string? WhatIsMissing()
    {
        if (Folder is not null) return null;
        const string Why = "There is no real control plane on this machine: run build/tools/control-plane.sh, or set KUBEBUILDER_ASSETS.";
        // A contract that only one side was held to is worth nothing.
        return Environment.GetEnvironmentVariable("CI") == "true" ? throw new InvalidOperationException(Why) : Why;
    }
}

[CollectionDefinition("embedded cluster")]
public sealed class EmbeddedCollection : ICollectionFixture<EmbeddedFixture>;

[CollectionDefinition("real control plane")]
public sealed class RealCollection : ICollectionFixture<RealFixture>;
