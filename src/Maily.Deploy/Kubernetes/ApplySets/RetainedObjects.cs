using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.ApplySets;

/// <summary>
/// What retained releases need as it is: ConfigMaps and Secrets named by their content, or immutable, and Jobs, which are named by theirs. Pods
/// may still run somewhere, or come back before anything is applied again; a Job that a rollback found gone would run once more. What a
/// later release changed under one name cannot be kept.
/// </summary>
static partial class RetainedObjects
{
    /// <summary>Of the objects of all retained releases.</summary>
    public static ImmutableHashSet<ObjectKey> Of(IEnumerable<KubernetesObject> retained) =>
        [.. retained.Where(IsOne).Select(item => item.Key)];

    /// <summary>Whether an object is such a one.</summary>
    public static bool IsOne(KubernetesObject item) =>
        item is { Kind: "Job", Key.ApiVersion: "batch/v1" } || item.Kind is "ConfigMap" or "Secret" && (item.Json.IsTrue("immutable") || Hash().IsMatch(item.Key.Name));

    // kustomize writes hashes without letters and digits that could make a word.
    [GeneratedRegex("-[bcdfghkmt2456789]{10}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hash();
}
