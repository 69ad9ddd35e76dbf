using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;

namespace Maily.Deploy.Sandbox.Kubernetes.Controllers;

/// <summary>Fills new namespaces with what each has, and empties those that are deleted.</summary>
internal sealed class NamespaceController(ClusterAccess cluster) : IController
{
    const string AuthorityName = "kube-root-ca.crt";

    public Task Reconcile(CancellationToken ct)
    {
        foreach (var ns in cluster.List("Namespace"))
        {
            if (ns.IsBeingDeleted()) Empty(ns);
            else Fill(ns.Name());
        }

        return Task.CompletedTask;
    }

    void Fill(string ns)
    {
        if (cluster.Find("ServiceAccount", ns, "default") is null) cluster.Create("ServiceAccount", ns, Named("default"));
        if (cluster.Find("ConfigMap", ns, AuthorityName) is not null) return;
        var authority = Named(AuthorityName);
        authority["data"] = new JsonObject { ["ca.crt"] = "" };
        cluster.Create("ConfigMap", ns, authority);
    }

    void Empty(JsonObject ns)
    {
        var content = cluster.Everything().Where(pair => pair.Key.Namespace == ns.Name()).ToList();
        foreach (var (key, obj) in content.Where(pair => !pair.Value.IsBeingDeleted() || pair.Key.Kind.Kind == "Pod"))
            cluster.Delete(key, new DeleteOptions { Uid = obj.Uid(), Propagation = "Background", GraceSeconds = 0 });
        if (content.Count > 0) return;
        cluster.Update(ns, live => live.Child("spec").Remove("finalizers"), "finalize");
    }

    static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };
}
