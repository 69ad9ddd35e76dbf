using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Apply;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Kinds;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>How controllers read and write: as clients do, under their own manager.</summary>
internal sealed class ClusterAccess(ClusterState state, ObjectWriter writer, Deletion deletion)
{
    const string Manager = "kube-controller-manager";

    public DateTimeOffset Now => state.Now;

    public ResourceKind Kind(string kind) => state.Kinds.BuiltIn(kind);

    public IReadOnlyList<JsonObject> List(string kind, string? ns = null) => state.Store.List(Kind(kind), ns).Items;

    public JsonObject? Find(string kind, string? ns, string name) => state.Store.Find(Kind(kind), ns, name);

    public JsonObject Create(string kind, string? ns, JsonObject obj) => writer.Create(Kind(kind), ns, obj, Options(""));

    /// <summary>Makes a pod for its owner; where it is refused, says so in an event and gives the reason.</summary>
    public string? CreatePod(JsonObject owner, JsonObject pod)
    {
        try
        {
            Admit(owner, pod);
            Create("Pod", owner.Namespace(), pod);
            return null;
        }
        catch (ApiException refused) when (refused.Code == 403)
        {
            if (PodEvents.Refused(owner, refused.Message, Now) is var warning && Find("Event", owner.Namespace(), warning.Name()) is null) Create("Event", owner.Namespace(), warning);
            return refused.Message;
        }
    }

    public JsonObject Update(JsonObject obj, Action<JsonObject> change, string subresource = "")
    {
        var kind = state.Kinds.OfObject(obj.Text("apiVersion"), obj.Text("kind"))!;
        return Update(new ObjectKey(kind, obj.Namespace() ?? "", obj.Name()), change, subresource);
    }

    public JsonObject Update(ObjectKey key, Action<JsonObject> change, string subresource = "") => writer.Update(key, live =>
    {
        change(live);
        return live;
    }, Options(subresource));

    /// <summary>Puts the fields into the status; null removes one.</summary>
    public void SetStatus(JsonObject obj, JsonObject fields)
    {
        if (fields.All(field => Json.Same(field.Value, obj.At("status", field.Key)))) return;
        Update(obj, live =>
        {
            foreach (var (name, value) in fields)
            {
                if (value is null) live.Child("status").Remove(name);
                else live.Child("status")[name] = value.DeepClone();
            }
        }, "status");
    }

    public void Delete(JsonObject obj, string propagation = "Background", long? grace = null)
    {
        var kind = state.Kinds.OfObject(obj.Text("apiVersion"), obj.Text("kind"))!;
        Delete(new ObjectKey(kind, obj.Namespace() ?? "", obj.Name()), new DeleteOptions { Uid = obj.Uid(), Propagation = propagation, GraceSeconds = grace });
    }

    public void Delete(ObjectKey key, DeleteOptions options)
    {
        if (state.Store.Find(key) is not null) deletion.Delete(key, options);
    }

    public IReadOnlyList<KeyValuePair<ObjectKey, JsonObject>> Everything() => state.Store.Everything();

    void Admit(JsonObject owner, JsonObject pod)
    {
        var images = pod.Items("spec", "containers").Select(item => item.Text("image") ?? "");
        if (state.Faults.Of(owner.Namespace() ?? "", Workloads.NameOf(this, pod), images) is CannotBeMade told)
            throw ApiException.Forbidden(Kind("Pod"), pod.Text("metadata", "name") ?? pod.Text("metadata", "generateName") ?? "", told.Message);
    }

    WriteOptions Options(string subresource) => new(new Writer(Manager, subresource, state.Now));
}
