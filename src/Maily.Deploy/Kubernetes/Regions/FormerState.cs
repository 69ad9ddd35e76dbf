using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>What a region goes back to.</summary>
/// <param name="Objects">All objects that must be there, in the order in which they are applied.</param>
/// <param name="Absent">Objects that must not.</param>
/// <param name="Source">What says so, in words.</param>
sealed record FormerState(ImmutableArray<KubernetesObject> Objects, ImmutableArray<ObjectKey> Absent, string Source)
{
    /// <summary>As the journal captured it before the deployment: with all that somebody had changed by hand.</summary>
    public static FormerState Captured(ImmutableArray<CapturedObject> captured) => new(
        [.. captured.Select(item => item.Manifest).OfType<JsonObject>().Select(json => new KubernetesObject(json))],
        [.. captured.Where(item => item.Manifest is null).Select(item => item.Key)], "as before");

    /// <summary>
    /// As the cluster's record of the former release has it, whatever the journal or the clone say: also what the later release
    /// pruned. What was there before without being of a release comes from the journal.
    /// </summary>
    public static FormerState Recorded(ClusterRelease release, ImmutableArray<CapturedObject> captured)
    {
        var objects = release.ToObjects();
        // The later release may have asked for it in another version of its API.
        var recorded = objects.Select(item => item.Key.Versionless).ToHashSet();
        var others = Captured([.. captured.Where(item => !recorded.Contains(item.Key.Versionless))]);
        return new([.. objects, .. others.Objects], others.Absent, $"as {release.Deployment} recorded them");
    }
}
