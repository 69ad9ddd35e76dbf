using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>The kubeconfig does not lead to a region's cluster.</summary>
public sealed class KubeconfigException(RegionSpec region, string file, Exception cause)
    : DeployException($"{file} has no usable context {region.Context} for {region.Name}.", "Set KUBECONFIG to a file with that context.", cause.Message, cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}

/// <summary>A cluster does not answer.</summary>
public sealed class ClusterUnreachableException(string region, Exception cause)
    : DeployException($"The cluster of {region} does not answer.", "Check KUBECONFIG and the network, then deploy again.", cause.Message, cause)
{
    /// <inheritdoc/>
    public override bool LeavesDoubt => true;
}

/// <summary>A cluster's API answered with an error.</summary>
public sealed class ClusterRefusedException(string region, int status, string request, JsonObject? answer, string body)
    : DeployException($"The cluster of {region} answered {status} to {request}.",
        status >= 500 ? "The cluster itself fails: see its answer above and look at its API server, then deploy again." : "See its answer above.",
        answer.Text("message") ?? (body.Length > 400 ? body[..400] : body))
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The API's own word for it: <c>Invalid</c>, <c>Forbidden</c>.</summary>
    public string? Reason { get; } = answer.Text("reason");

    /// <summary>Whether an object does not fit the schema of its kind: versions of the API answer that with different codes.</summary>
    internal bool IsOfSchema { get; } = status is 400 or 422
        || status == 500 && answer.Text("message") is { } message && (message.Contains("failed to create typed", StringComparison.Ordinal) || message.Contains("field not declared", StringComparison.Ordinal));

    internal ImmutableArray<FieldConflict> Conflicts { get; } =
    [
        .. answer.Objects("details", "causes").Where(cause => cause.Text("reason") == "FieldManagerConflict")
            .Select(cause => FieldConflict.Of(cause.Text("message") ?? "", cause.Text("field") ?? "")),
    ];
}

/// <summary>A field that another manager owns.</summary>
/// <param name="Manager">The other manager: <c>kubectl</c>.</param>
/// <param name="Field">The field: <c>.spec.replicas</c>.</param>
public sealed record FieldConflict(string Manager, string Field)
{
    // The API writes: conflict with "kubectl" using apps/v1
    internal static FieldConflict Of(string message, string field) =>
        new(message.Split('"') is [_, var manager, ..] ? manager : message, field);

    /// <summary>Field and manager.</summary>
    public override string ToString() => $"{Field} belongs to {Manager}";
}

/// <summary>An object has fields that another manager owns; nothing was changed.</summary>
public sealed class ApplyConflictException(string region, ObjectKey item, ImmutableArray<FieldConflict> conflicts)
    : DeployException($"{item} in {region} has fields that are managed by somebody else.",
        "Take these fields out of the manifests, or take them over with --force-conflicts.", string.Join(Environment.NewLine, conflicts))
{
    /// <summary>The object.</summary>
    public ObjectKey Object { get; } = item;

    /// <summary>The fields and their managers.</summary>
    public ImmutableArray<FieldConflict> Conflicts { get; } = conflicts;

    /// <summary>
    /// Whether all the others yield: they are people with kubectl, or what kubectl left of an object that is taken over, or hold what
    /// nobody can change.
    /// </summary>
    internal bool YieldsTo(KubernetesObject live) =>
        Conflicts.All(conflict => FieldEntries.Yields(live, conflict.Manager) || FieldEntries.IsClaimTemplates(live, conflict.Field));
}

/// <summary>A cluster does not know a kind.</summary>
public sealed class UnknownKindException(string region, ObjectKey item)
    : DeployException($"The cluster of {region} does not know {item.ApiVersion} {item.Kind}.",
        "Install its CustomResourceDefinition, or write the API version that this cluster serves into the manifest.")
{
    /// <summary>The object.</summary>
    public ObjectKey Object { get; } = item;
}
