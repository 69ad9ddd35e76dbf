using System.Collections.Immutable;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>Finds objects that Argo CD keeps in step with a repository: whatever is applied beside it, it undoes.</summary>
static class ArgoTracking
{
    const string TrackingId = "argocd.argoproj.io/tracking-id";
    const string InstanceLabel = "argocd.argoproj.io/instance";

    /// <summary>Argo's standard label, but also one that Helm charts and people set.</summary>
    const string CommonLabel = "app.kubernetes.io/instance";

    static readonly ImmutableArray<string> Controllers = ["argocd-controller", "argocd-application-controller"];

    /// <summary>Refuses where Argo CD tracks one of the objects.</summary>
    /// <exception cref="ArgoTrackedException">It does.</exception>
    public static async Task RefuseAsync(ClusterReader cluster, IReadOnlyCollection<KubernetesObject> live, CancellationToken cancellation)
    {
        var maybe = live.Where(item => Application(item) is null && item.Label(CommonLabel) is not null).ToList();
        var applications = maybe.Count == 0 ? [] : await ApplicationsAsync(cluster, cancellation);
        var tracked = live.Where(item => Application(item) is not null)
            .Concat(maybe.Where(item => IsWrittenByArgo(item) || applications.Contains(item.Label(CommonLabel)!))).ToList();
        if (tracked.Count > 0)
            throw new ArgoTrackedException(cluster.Region, [.. tracked.Select(item => (item.Key, Application(item) ?? item.Label(CommonLabel)!))]);
    }

    /// <summary>The Application that tracks an object, or null. A tracking id is <c>application:group/kind:namespace/name</c>.</summary>
    internal static string? Application(KubernetesObject item) => item.Annotation(TrackingId) is { } id && id.Split(':', 3) is [var application, var kind, var place]
        ? Names(item.Key, kind, place) ? application : null
        : item.Label(InstanceLabel);

    // One that names another object was copied here, by a controller or a person; Argo ignores it too. An object without a namespace has the
    // Application's own in it.
    static bool Names(ObjectKey item, string kind, string place) => item.Namespace is { } space
        ? place == $"{space}/{item.Name}"
        : kind == $"{item.Group}/{item.Kind}" && place[(place.LastIndexOf('/') + 1)..] == item.Name;

    static bool IsWrittenByArgo(KubernetesObject item) => FieldEntries.Of(item).Any(entry => Controllers.Contains(entry.Text("manager") ?? ""));

    static async Task<HashSet<string>> ApplicationsAsync(ClusterReader cluster, CancellationToken cancellation) =>
        [.. (await cluster.ListAsync("argoproj.io/v1alpha1", "Application", null, "", cancellation)).Select(application => application.Key.Name)];
}

/// <summary>Argo CD keeps objects that would be applied beside it.</summary>
public sealed class ArgoTrackedException(string region, ImmutableArray<(ObjectKey Object, string Application)> tracked)
    : DeployException($"{tracked.Length} objects in {region} are kept by Argo CD.", "Deploy them with --strategy gitops, or take them out of the Application.",
        string.Join(Environment.NewLine, tracked.Select(item => $"{item.Object} belongs to the Application {item.Application}")))
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
