using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>A Kubernetes API on loopback, real or embedded. Disposing it stops it and removes what it wrote.</summary>
public interface IKubernetesCluster : IAsyncDisposable
{
    /// <summary>The address of the API.</summary>
    Uri Address { get; }

    /// <summary>A kubeconfig with everything a client needs: address, certificate authority, token.</summary>
    string Kubeconfig { get; }

    /// <summary>The file that holds <see cref="Kubeconfig"/>; readable by its owner only.</summary>
    string KubeconfigPath { get; }

    /// <summary>What goes wrong in this cluster; null where the sandbox does not run its pods.</summary>
    ClusterFaults? Faults { get; }
}
