using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>A release as one cluster takes it.</summary>
/// <param name="Objects">The objects in the order in which they are applied, marked by the deployment and members of the set.</param>
/// <param name="Parent">The set's parent.</param>
/// <param name="Names">The names of its Secrets in the cluster; null while the cluster has no key for them, then the objects have those of the manifests.</param>
sealed record RegionManifests(ImmutableArray<KubernetesObject> Objects, ApplySetParent Parent, SecretNames? Names)
{
    /// <summary>The objects' names.</summary>
    public IEnumerable<ObjectKey> Keys => Objects.Select(item => item.Key);
}
