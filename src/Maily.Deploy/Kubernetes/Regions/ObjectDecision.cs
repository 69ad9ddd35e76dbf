using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>What an apply makes of an object.</summary>
enum ObjectAction
{
    /// <summary>Nothing.</summary>
    Unchanged,

    /// <summary>It is made.</summary>
    Create,

    /// <summary>It is changed.</summary>
    Change,
}

/// <summary>What becomes of one wanted object.</summary>
/// <param name="Wanted">What is wanted.</param>
/// <param name="Live">What is live; null where nothing is.</param>
/// <param name="Action">What an apply does.</param>
/// <param name="Changes">The fields that change, without the deployment's mark.</param>
sealed record ObjectDecision(KubernetesObject Wanted, KubernetesObject? Live, ObjectAction Action, ImmutableArray<FieldChange> Changes)
{
    /// <summary>More about it, in a few words; null for nothing.</summary>
    public string? Note { get; init; }

    const string Ownership = ".metadata.managedFields";

    /// <summary>Decides from the live object where that is sure, else by a dry run.</summary>
    /// <exception cref="ApplyConflictException">Another manager claims fields.</exception>
    /// <exception cref="ClusterRefusedException">The API would refuse the change.</exception>
    public static async Task<ObjectDecision> MakeAsync(ClusterReader cluster, KubernetesObject wanted, KubernetesObject? live, CancellationToken cancellation)
    {
        // What is on its way out will be absent.
        if (live is null || live.IsLeaving)
            return new(wanted, live, ObjectAction.Create, []);
        wanted = LeftFields.TakeOut(wanted, live);
        if (OwnedComparison.IsAsWanted(wanted, live))
            return new(wanted, live, ObjectAction.Unchanged, []);
        var preview = await cluster.PreviewAsync(wanted, live, cancellation);
        ImmutableArray<FieldChange> changes = [.. FieldChanges.Between(live, preview).Where(change => !change.IsMark)];
        var stale = Takeover.StaleFields(live, wanted).Where(change => changes.All(other => other.Path != change.Path));
        changes = [.. changes, .. stale, .. OwnershipChange(live, preview)];
        return new(wanted, live, changes.IsEmpty ? ObjectAction.Unchanged : ObjectAction.Change, changes);
    }

    // Equal values that are not this program's would stay when a later release leaves them out.
    static IEnumerable<FieldChange> OwnershipChange(KubernetesObject live, KubernetesObject preview)
    {
        var taken = FieldEntries.ToTakeOver(live);
        if (taken.IsEmpty && SameFields(live, preview))
            yield break;
        var former = string.Join(", ", taken.Select(entry => entry.Text("manager")).Distinct());
        yield return new(Ownership, former.Length == 0 ? null : former, Marks.Manager);
    }

    static bool SameFields(KubernetesObject live, KubernetesObject preview) =>
        FieldsOf(live) is { } before && FieldsOf(preview) is { } after && JsonNode.DeepEquals(Compared(before, live), Compared(after, live));

    static JsonNode? FieldsOf(KubernetesObject item) => FieldEntries.AppliedBy(item, Marks.Manager).FirstOrDefault()?["fieldsV1"];

    static JsonNode Compared(JsonNode fields, KubernetesObject live)
    {
        var copy = (JsonObject)fields.DeepClone();
        copy.Child("f:metadata").Child("f:annotations").Remove($"f:{Marks.Deployment}");
        if (FieldEntries.IsClaimTemplates(live, ".spec.volumeClaimTemplates"))
            copy.Child("f:spec").Remove("f:volumeClaimTemplates");
        return copy;
    }
}
