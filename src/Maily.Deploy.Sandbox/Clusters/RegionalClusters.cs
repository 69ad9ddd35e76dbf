using System.Collections.Immutable;
using k8s;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Sandbox.Clusters;

/// <summary>One cluster for each region, each marked as the sandbox's.</summary>
public sealed class RegionalClusters : IAsyncDisposable
{
    internal RegionalClusters(IEnumerable<KeyValuePair<string, IKubernetesCluster>> clusters, string kubeconfigPath)
    {
        KubeconfigPath = kubeconfigPath;
        ByRegion = clusters.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>A file with a context for each region, named as the region.</summary>
    public string KubeconfigPath { get; }

    /// <summary>The clusters, with faults that tests can set where the sandbox runs the pods.</summary>
    public ImmutableSortedDictionary<string, IKubernetesCluster> ByRegion { get; }

    /// <summary>Runs before the clusters are stopped: what the sandbox takes away from clusters that stay.</summary>
    internal Func<Task> OnEnd { get; init; } = () => Task.CompletedTask;

    /// <summary>The certificate of a region's authority, in base64 as EKS gives it; empty where the machine's own ones are trusted.</summary>
    public async Task<string> ReadAuthorityAsync(string region)
    {
        var configuration = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(KubeconfigPath), region);
        var pem = configuration.SslCaCerts?.ExportCertificatePems() ?? "";
        return Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(pem));
    }

    /// <summary>Stops them.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await OnEnd();
        }
        finally
        {
            await Task.WhenAll(ByRegion.Values.Select(cluster => cluster.DisposeAsync().AsTask()));
        }
    }
}
