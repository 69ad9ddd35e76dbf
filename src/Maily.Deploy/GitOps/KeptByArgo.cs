using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.GitOps;

/// <summary>
/// Objects that hold people's data, which Argo CD would delete as soon as no commit holds them any more. It leaves alone what carries the
/// annotations of its own for that, and calls the Application synced all the same.
/// </summary>
static class KeptByArgo
{
    const string SyncOptions = "argocd.argoproj.io/sync-options";
    const string CompareOptions = "argocd.argoproj.io/compare-options";
    const string Prune = "Prune=";

    /// <summary>The object as it is committed. What says itself whether it may be pruned says so to Argo CD too.</summary>
    public static KubernetesObject Mark(KubernetesObject item)
    {
        if (PruneDecision.ReasonToKeep(item) is null || Options(item, SyncOptions).Any(option => option.StartsWith(Prune, StringComparison.Ordinal)))
            return item;
        var json = item.ToJson();
        var annotations = json.Child("metadata").Child("annotations");
        Add(annotations, SyncOptions, $"{Prune}false", Options(item, SyncOptions));
        Add(annotations, CompareOptions, "IgnoreExtraneous", Options(item, CompareOptions));
        return new(json);
    }

    /// <summary>Those of a commit that are live although the folder as it is now does not hold them.</summary>
    public static async Task<ImmutableArray<KubernetesObject>> LeftAsync(
        ClusterReader cluster, IEnumerable<KubernetesObject> committed, IEnumerable<KubernetesObject> now, int parallel, CancellationToken cancellation)
    {
        var held = now.Select(item => item.Key.Versionless).ToHashSet();
        var keys = committed.Where(item => Options(item, SyncOptions).Contains($"{Prune}false", StringComparer.Ordinal)).Select(item => item.Key).Where(key => !held.Contains(key.Versionless)).ToArray();
        var live = await LiveObjects.ReadAsync(cluster, keys, parallel, cancellation);
        return [.. keys.Select(key => live[key]).OfType<KubernetesObject>().Where(item => !item.IsLeaving)];
    }

    static string[] Options(KubernetesObject item, string annotation) => item.Annotation(annotation)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    static void Add(JsonObject annotations, string annotation, string option, string[] present) =>
        annotations[annotation] = string.Join(',', present.Contains(option, StringComparer.Ordinal) ? present : [.. present, option]);
}
