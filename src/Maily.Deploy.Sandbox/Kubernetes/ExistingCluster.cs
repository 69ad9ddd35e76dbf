using k8s;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>A cluster that somebody else runs, named by a context of a kubeconfig; disposing it leaves it alone.</summary>
public sealed class ExistingCluster : IKubernetesCluster
{
    ExistingCluster()
    {
    }

    /// <inheritdoc/>
    public required Uri Address { get; init; }

    /// <inheritdoc/>
    public required string Kubeconfig { get; init; }

    /// <inheritdoc/>
    public required string KubeconfigPath { get; init; }

    /// <inheritdoc/>
    public ClusterFaults? Faults => null;

    /// <summary>Reads a kubeconfig; the cluster is not asked anything.</summary>
    public static async Task<ExistingCluster> OpenAsync(string kubeconfigPath, string context, CancellationToken ct)
    {
        var text = await File.ReadAllTextAsync(kubeconfigPath, ct);
        var client = await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(kubeconfigPath), context);
        return new ExistingCluster { Address = new Uri(client.Host), Kubeconfig = text, KubeconfigPath = kubeconfigPath };
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
