using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Which object may be deleted, and what becomes of those that it owns.</summary>
internal sealed record DeleteOptions
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    /// <summary>Background, Foreground or Orphan; null for the kind's own default.</summary>
    public string? Propagation { get; init; }

    public long? GraceSeconds { get; init; }

    public bool DryRun { get; init; }

    public static async Task<DeleteOptions> Of(ApiRequest request)
    {
        var body = await request.Body();
        return new DeleteOptions
        {
            Uid = body.Text("preconditions", "uid"),
            ResourceVersion = body.Text("preconditions", "resourceVersion"),
            Propagation = body.Text("propagationPolicy") ?? request.Query("propagationPolicy")
                ?? (body.Flag("orphanDependents") || request.IsSet("orphanDependents") ? "Orphan" : null),
            GraceSeconds = body.Number("gracePeriodSeconds") ?? (long.TryParse(request.Query("gracePeriodSeconds"), out var grace) ? grace : null),
            DryRun = request.IsDryRun || body.Items("dryRun").Any(),
        };
    }
}

/// <summary>Deletes objects: at once, or as far as their finalizers let it.</summary>
internal sealed class Deletion(ClusterState state)
{
    /// <summary>Returns what the object is now; <c>Gone</c> where nothing is left of it.</summary>
    public (JsonObject Object, bool Gone) Delete(ObjectKey key, DeleteOptions options)
    {
        while (true)
        {
            var live = state.Store.Find(key) ?? throw ApiException.NotFound(key.Kind, key.Name);
            Check(key, live, options);
            var next = Marked(key.Kind, live, options);
            var gone = !next.Finalizers().Any() && !IsHeld(key.Kind, next);
            if (options.DryRun) return (next, gone);
            if (!gone && Json.Same(live, next)) return (live, false);
            if (state.Store.Swap(key, live, gone ? null : next) is not { } stored) continue;
            return (stored, gone);
        }
    }

    /// <summary>A namespace with content, or a pod that still runs on a node.</summary>
    public static bool IsHeld(ResourceKind kind, JsonObject obj) => kind.Kind switch
    {
        "Namespace" => obj.Items("spec", "finalizers").Any(),
        "Pod" => obj.Text("spec", "nodeName") is not null && obj.Number("metadata", "deletionGracePeriodSeconds") is not 0,
        _ => false,
    };

    static void Check(ObjectKey key, JsonObject live, DeleteOptions options)
    {
        if (options.Uid is not null && options.Uid != live.Uid())
            throw ApiException.Conflict(key.Kind, key.Name, $"Precondition failed: UID in precondition: {options.Uid}, UID in object meta: {live.Uid()}");
        if (options.ResourceVersion is { } seen && seen != live.Text("metadata", "resourceVersion"))
            throw ApiException.Conflict(key.Kind, key.Name,
                $"Precondition failed: ResourceVersion in precondition: {seen}, ResourceVersion in object meta: {live.Text("metadata", "resourceVersion")}");
    }

    JsonObject Marked(ResourceKind kind, JsonObject live, DeleteOptions options)
    {
        var next = live.Copy();
        var meta = next.Meta();
        meta.Default("deletionTimestamp", Json.Stamp(state.Now));
        var grace = kind.Kind == "Pod" ? options.GraceSeconds ?? live.Number("spec", "terminationGracePeriodSeconds") ?? 30 : 0;
        if (meta.Number("deletionGracePeriodSeconds") is not { } given || grace < given) meta["deletionGracePeriodSeconds"] = grace;
        if (kind.Kind == "Namespace") next.Child("status")["phase"] = "Terminating";
        if (live.IsBeingDeleted()) return next;
        var finalizer = (options.Propagation ?? (kind.Kind == "Job" ? "Orphan" : "Background")) switch
        {
            "Foreground" => DeleteOptions.ForegroundFinalizer,
            "Orphan" => DeleteOptions.OrphanFinalizer,
            _ => null,
        };
        if (finalizer is not null) meta["finalizers"] = new JsonArray([.. next.Finalizers().Append(finalizer).Select(item => (JsonNode)item)]);
        return next;
    }
}
