using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Defaulting;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Validation;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>What happens to an object between decoding and storing: server-set fields, defaults, validation.</summary>
internal sealed class Preparation(ClusterState state)
{
    static readonly string[] WithGeneration =
    [
        "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Ingress", "NetworkPolicy", "PodDisruptionBudget", "CustomResourceDefinition", "Job",
        "CronJob",
    ];

    static readonly string[] ServerSet = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"];

    readonly AddressPool addresses = new(state.Store);

    public void New(ResourceKind kind, string? ns, JsonObject obj)
    {
        CheckNamespace(kind, ns, obj);
        var meta = obj.Meta();
        foreach (var field in ServerSet.Append("resourceVersion")) meta.Remove(field);
        if (obj.Name().Length == 0 && obj.Text("metadata", "generateName") is { Length: > 0 } prefix) meta["name"] = prefix + Names.Suffix();
        if (kind.HasStatus && kind.Kind != "Node") obj.Remove("status");
        meta["uid"] = Guid.NewGuid().ToString();
        meta["creationTimestamp"] = Json.Stamp(state.Now);
        if (HasGeneration(kind)) meta["generation"] = 1;
        Defaults.Fill(kind, obj);
        ObjectRules.Check(kind, obj, null);
        if (kind.Kind == "Service") addresses.Give(obj);
        if (HasGeneration(kind) && kind.HasStatus && !kind.IsCustom) obj.Child("status");
    }

    public void Change(ObjectKey key, JsonObject live, JsonObject next, string subresource)
    {
        var meta = next.Meta();
        foreach (var field in ServerSet) Keep(meta, live.Map("metadata")!, field);
        if (subresource is "status")
        {
            foreach (var field in next.Select(pair => pair.Key).Where(field => field is not ("metadata" or "status")).ToList()) next.Remove(field);
            foreach (var (field, value) in live)
                if (field is not ("metadata" or "status")) next[field] = value?.DeepClone();
        }
        else if (key.Kind.HasStatus) Keep(next, live, "status");

        if (key.Kind.Kind == "Namespace" && subresource != "finalize") Keep(next.Child("spec"), live.Map("spec") ?? [], "finalizers");
        if (key.Kind.Kind == "Service" && subresource.Length == 0) AddressPool.Keep(next, live);
        Defaults.Fill(key.Kind, next);
        if (HasGeneration(key.Kind) && subresource is not "status" && !Json.Same(Wanted(live), Wanted(next))) meta["generation"] = live.Generation() + 1;
        ObjectRules.Check(key.Kind, next, live);
    }

    /// <exception cref="ApiException">409: another version or another object than the writer has seen.</exception>
    public static void CheckPreconditions(ObjectKey key, JsonObject live, JsonObject next)
    {
        if (next.Text("metadata", "uid") is { Length: > 0 } uid && uid != live.Uid())
            throw ApiException.Conflict(key.Kind, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {live.Uid()}");
        if (next.Text("metadata", "resourceVersion") is { Length: > 0 } seen && seen != live.Text("metadata", "resourceVersion"))
            throw ApiException.Modified(key.Kind, key.Name);
    }

    /// <summary>What an apply names of the object that it means. A version alone does not keep it from making the object anew.</summary>
    /// <exception cref="ApiException">409: another version, or none is there any more; 422: another object of that name.</exception>
    public static void CheckApplied(ObjectKey key, JsonObject? live, JsonObject config)
    {
        var uid = config.Text("metadata", "uid") is { Length: > 0 } given ? given : null;
        if (live is null && uid is not null)
            throw ApiException.Conflict(key.Kind, key.Name, $"uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        if (live is not null && config.Text("metadata", "resourceVersion") is { Length: > 0 } seen && seen != live.Text("metadata", "resourceVersion"))
            throw ApiException.Modified(key.Kind, key.Name);
        if (live is not null && uid is not null && uid != live.Uid())
            throw ApiException.Invalid(key.Kind, key.Name, [new Cause("FieldValueInvalid", $"Invalid value: \"{uid}\": field is immutable", "metadata.uid")]);
    }

    void CheckNamespace(ResourceKind kind, string? ns, JsonObject obj)
    {
        if (!kind.IsNamespaced) return;
        var namespaces = state.Kinds.BuiltIn("Namespace");
        var place = state.Store.Find(namespaces, null, ns ?? "") ?? throw ApiException.NotFound(namespaces, ns ?? "");
        if (place.IsBeingDeleted())
            throw ApiException.Forbidden(kind, obj.Name(), $"unable to create new content in namespace {ns} because it is being terminated",
                new Cause("NamespaceTerminating", $"namespace {ns} is being terminated", "metadata.namespace"));
    }

    static bool HasGeneration(ResourceKind kind) => kind.IsCustom || WithGeneration.Contains(kind.Kind);

    static JsonObject Wanted(JsonObject obj) => Json.Of(obj.Where(pair => pair.Key is not ("metadata" or "status")));

    static void Keep(JsonObject next, JsonObject live, string field)
    {
        if (live[field] is { } value) next[field] = value.DeepClone();
        else next.Remove(field);
    }
}
