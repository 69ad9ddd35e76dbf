using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Waves;

/// <summary>What a deployment rolled out in a region.</summary>
/// <param name="Region">The region's name.</param>
/// <param name="At">When its rollouts were done, in UTC.</param>
/// <param name="Workloads">What was rolled out.</param>
sealed record RegionRollout(string Region, DateTimeOffset At, ImmutableArray<ObjectKey> Workloads);

/// <summary>Finds what a deployment rolled out in a region; null where all was as wanted already.</summary>
delegate Task<RegionRollout?> FindRollout(RegionSpec region, DeploymentContext context, CancellationToken cancellation);
