using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Kubernetes.Manifests;

/// <summary>Reads who manages which fields of a live object.</summary>
static class FieldEntries
{
    /// <summary>What <c>kubectl apply</c>, client-side or server-side, and what it stands on leave behind.</summary>
    static readonly ImmutableArray<string> AppliedByKubectl = ["kubectl-client-side-apply", "kubectl-last-applied", "kubectl-create", "before-first-apply"];

    /// <summary>All entries for the object itself, without those of subresources.</summary>
    public static IEnumerable<JsonObject> Of(KubernetesObject live) =>
        live.Json.Objects("metadata", "managedFields").Where(entry => string.IsNullOrEmpty(entry.Text("subresource")));

    /// <summary>The entries that a manager applied, one for each API version.</summary>
    public static IEnumerable<JsonObject> AppliedBy(KubernetesObject live, string manager) =>
        Of(live).Where(entry => entry.Text("operation") == "Apply" && entry.Text("manager") == manager);

    /// <summary>What <c>kubectl apply</c> holds of an object that this program does not manage yet: it is taken over.</summary>
    public static ImmutableArray<JsonObject> ToTakeOver(KubernetesObject live) => AppliedBy(live, Marks.Manager).Any() ? [] :
    [
        .. Of(live).Where(entry => entry.Text("manager") is { } manager
            && (AppliedByKubectl.Contains(manager) || manager == "kubectl" && entry.Text("operation") == "Apply")),
    ];

    /// <summary>
    /// Whether a manager is a person with kubectl who changed the object by hand, and so does not claim its fields for good: what
    /// is declared is brought back. Who applies under a name of their own does claim them.
    /// </summary>
    public static bool IsHand(KubernetesObject live, string manager) =>
        (manager == "kubectl" || manager.StartsWith("kubectl-", StringComparison.Ordinal)) && !AppliedBy(live, manager).Any();

    /// <summary>
    /// Whether a field is the claim templates of a StatefulSet. They cannot be changed once it is made; but API servers before 1.21 give
    /// them to the controller that writes its status, though both state the same.
    /// </summary>
    public static bool IsClaimTemplates(KubernetesObject live, string field) =>
        live.Kind == "StatefulSet" && field.StartsWith(".spec.volumeClaimTemplates", StringComparison.Ordinal);

    /// <summary>Whether what a manager holds of the object goes to this program without being asked for: see <see cref="IsHand"/> and <see cref="ToTakeOver"/>.</summary>
    public static bool Yields(KubernetesObject live, string manager) =>
        IsHand(live, manager) || ToTakeOver(live).Any(entry => entry.Text("manager") == manager);
}
