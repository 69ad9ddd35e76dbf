using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Drift;

/// <summary>Knows the objects of a release in a region again.</summary>
public interface IReleasedManifests
{
    /// <summary>The objects; null where the release has none there.</summary>
    /// <exception cref="ReleaseUnknownException">What was applied cannot be told any more.</exception>
    Task<ReleaseManifests?> FindAsync(RegionSpec region, ReleaseRecord release, CancellationToken cancellation);
}

/// <summary>What a release applied to a region cannot be told any more, so that nothing can be compared with it.</summary>
public sealed class ReleaseUnknownException(ReleaseRecord release, RegionSpec region, string reason, string remedy)
    : DeployException($"What {release.Deployment} applied to {region.Name} cannot be told: {reason}.", remedy);
