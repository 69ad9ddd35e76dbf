using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Deletes what no owner is left of, and carries out foreground and orphaning deletions.</summary>
internal sealed class GarbageCollector(ClusterState state, ClusterAccess cluster) : IController
{
    public Task Reconcile(CancellationToken ct)
    {
        var all = cluster.Everything();
        var uids = all.Select(pair => pair.Value.Uid()).ToHashSet();
        foreach (var (_, owner) in all.Where(pair => pair.Value.IsBeingDeleted())) Finish(owner, all);
        foreach (var (key, obj) in all)
        {
            var owners = Owners(obj).ToList();
            if (owners.Count > 0 && owners.TrueForAll(uid => !uids.Contains(uid)) && !obj.IsBeingDeleted())
                cluster.Delete(key, new DeleteOptions { Uid = obj.Uid(), Propagation = "Background" });
        }

        WithdrawKinds();
        return Task.CompletedTask;
    }

    void Finish(JsonObject owner, IReadOnlyList<KeyValuePair<ObjectKey, JsonObject>> all)
    {
        var dependents = all.Where(pair => Owners(pair.Value).Contains(owner.Uid())).ToList();
        if (owner.Finalizers().Contains(DeleteOptions.OrphanFinalizer))
        {
            foreach (var (key, _) in dependents) cluster.Update(key, live => Disown(live, owner.Uid()));
            Unpin(owner, DeleteOptions.OrphanFinalizer);
        }
        else if (owner.Finalizers().Contains(DeleteOptions.ForegroundFinalizer))
        {
            foreach (var (key, obj) in dependents.Where(pair => !pair.Value.IsBeingDeleted()))
                cluster.Delete(key, new DeleteOptions { Uid = obj.Uid(), Propagation = "Foreground" });
            if (dependents.Count == 0) Unpin(owner, DeleteOptions.ForegroundFinalizer);
        }
    }

    void Unpin(JsonObject owner, string finalizer) => cluster.Update(owner, live =>
        live.Meta()["finalizers"] = new JsonArray([.. live.Finalizers().Where(item => item != finalizer).Select(item => (JsonNode)item)]));

    static void Disown(JsonObject obj, string uid) => obj.Meta()["ownerReferences"] = new JsonArray(
        [.. obj.Items("metadata", "ownerReferences").Where(owner => owner.Text("uid") != uid).Select(owner => owner.DeepClone())]);

    // Custom objects go with the definition of their kind.
    void WithdrawKinds()
    {
        // Kinds first: a definition is stored before its kind is served, so that one of these without a definition has lost it.
        var custom = state.Kinds.All.Where(kind => kind.IsCustom).ToList();
        var defined = cluster.List("CustomResourceDefinition").Select(item => item.Name()).ToHashSet();
        foreach (var kind in custom.Where(kind => !defined.Contains(kind.Resource)))
        {
            foreach (var obj in state.Store.List(kind).Items) cluster.Delete(new ObjectKey(kind, obj.Namespace() ?? "", obj.Name()), new DeleteOptions());
            state.Kinds.Withdraw(kind.Resource);
        }
    }

    static IEnumerable<string> Owners(JsonObject obj) => obj.Items("metadata", "ownerReferences").Select(owner => owner.Text("uid") ?? "");
}
