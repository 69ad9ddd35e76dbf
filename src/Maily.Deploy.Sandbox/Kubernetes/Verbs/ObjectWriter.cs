using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Apply;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Verbs;

/// <summary>Creates, changes and applies objects: the only way into the store, for clients and controllers alike.</summary>
internal sealed class ObjectWriter(ClusterState state)
{
    readonly Preparation prepare = new(state);

    public JsonObject Create(ResourceKind kind, string? ns, JsonObject body, WriteOptions options)
    {
        var obj = Decoding.Read(kind, ns, null, body, options.Strict);
        return Insert(kind, ns, obj, options, created => Ownership.Update(null, created, kind, options.Writer));
    }

    /// <summary>Changes the object under the key; a change that meets another writer's is made again on what that one left.</summary>
    public JsonObject Update(ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options)
    {
        while (true)
        {
            var live = state.Store.Find(key) ?? throw ApiException.NotFound(key.Kind, key.Name);
            var next = Decoding.Read(key.Kind, key.Namespace, key.Name, change(live.Copy()), options.Strict);
            Preparation.CheckPreconditions(key, live, next);
            prepare.Change(key, live, next, options.Writer.Subresource);
            Ownership.Update(live, next, key.Kind, options.Writer);
            if (Commit(key, live, next, options) is { } stored) return stored;
        }
    }

    /// <summary>Server-side apply; the object is made where there is none. Tells whether it was.</summary>
    public (JsonObject Object, bool Created) Apply(ObjectKey key, JsonObject applied, bool force, WriteOptions options)
    {
        var config = Decoding.ReadApplied(key, applied, options.Writer.Subresource);
        while (true)
        {
            var live = state.Store.Find(key);
            if (live is null)
            {
                if (options.Writer.Subresource.Length > 0) throw ApiException.NotFound(key.Kind, key.Name);
                Preparation.CheckApplied(key, null, config);
                var made = Ownership.Apply(null, config, key.Kind, options.Writer, force);
                return (Insert(key.Kind, key.Namespace, made, options, _ => { }), true);
            }

            var next = Ownership.Apply(live, config, key.Kind, options.Writer, force);
            Preparation.CheckApplied(key, live, config);
            prepare.Change(key, live, next, options.Writer.Subresource);
            if (Commit(key, live, next, options) is { } stored) return (stored, false);
        }
    }

    JsonObject Insert(ResourceKind kind, string? ns, JsonObject obj, WriteOptions options, Action<JsonObject> own)
    {
        prepare.New(kind, ns, obj);
        own(obj);
        if (options.DryRun)
        {
            if (state.Store.Find(kind, ns, obj.Name()) is not null) throw ApiException.AlreadyExists(kind, obj.Name());
            return obj;
        }

        var stored = state.Store.Swap(new ObjectKey(kind, ns ?? "", obj.Name()), null, obj)
            ?? throw ApiException.AlreadyExists(kind, obj.Name());
        if (kind.Kind == "CustomResourceDefinition") state.Kinds.Declare(stored);
        return stored;
    }

    JsonObject? Commit(ObjectKey key, JsonObject live, JsonObject next, WriteOptions options)
    {
        next.Meta()["resourceVersion"] = live.At("metadata", "resourceVersion")?.DeepClone();
        if (Json.Same(live, next)) return live;
        if (options.DryRun) return next;
        var isGone = next.IsBeingDeleted() && !next.Finalizers().Any() && !Deletion.IsHeld(key.Kind, next);
        var stored = state.Store.Swap(key, live, isGone ? null : next);
        if (stored is not null && key.Kind.Kind == "CustomResourceDefinition") state.Kinds.Declare(stored);
        return stored;
    }
}
