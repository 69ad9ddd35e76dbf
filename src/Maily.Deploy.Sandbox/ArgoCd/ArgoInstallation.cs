using System.Net;
using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>Installs what Argo CD has in a cluster: its kinds, its namespace, the project, and the Applications of src/Platform/argocd.</summary>
static class ArgoInstallation
{
    /// <summary>The namespace.</summary>
    public const string Space = "argocd";

    /// <summary>The API group and version.</summary>
    public const string Group = "argoproj.io/v1alpha1";

    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Installs it; what is there stays.</summary>
    public static async Task RunAsync(ArgoApi api, ArgoCdOptions options, CancellationToken cancellation)
    {
        await MakeAsync(api, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Definition("Application", "applications"), cancellation);
        await MakeAsync(api, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Definition("AppProject", "appprojects"), cancellation);
        await MakeAsync(api, "/api/v1/namespaces", new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = Space } }, cancellation);
        while (await api.IsNamespacedAsync(Group, "AppProject", cancellation) is null || await api.IsNamespacedAsync(Group, "Application", cancellation) is null)
            await Task.Delay(Pause, options.Time, cancellation);
        await MakeAsync(api, $"/apis/{Group}/namespaces/{Space}/appprojects", Project(options.RepositoryUrl), cancellation);
        foreach (var region in options.Regions)
            await MakeAsync(api, $"/apis/{Group}/namespaces/{Space}/applications", Application(region, options), cancellation);
    }

    /// <summary>The project, as src/Platform/argocd has it.</summary>
    public static JsonObject Project(string repository) => JsonNode.Parse($$"""
        {"apiVersion":"{{Group}}","kind":"AppProject","metadata":{"name":"maily","namespace":"{{Space}}"},
         "spec":{"description":"What deployments of Maily bring to a region","sourceRepos":["{{repository}}"],
                 "destinations":[{"server":"https://kubernetes.default.svc","namespace":"maily"}],
                 "clusterResourceWhitelist":[{"group":"","kind":"Namespace"}],
                 "namespaceResourceWhitelist":[
                   {"group":"","kind":"ConfigMap"},{"group":"","kind":"Service"},{"group":"","kind":"ServiceAccount"},{"group":"","kind":"PersistentVolumeClaim"},{"group":"","kind":"ResourceQuota"},{"group":"","kind":"LimitRange"},
                   {"group":"apps","kind":"Deployment"},{"group":"apps","kind":"StatefulSet"},{"group":"apps","kind":"DaemonSet"},{"group":"batch","kind":"Job"},{"group":"batch","kind":"CronJob"},
                   {"group":"networking.k8s.io","kind":"Ingress"},{"group":"networking.k8s.io","kind":"NetworkPolicy"},{"group":"policy","kind":"PodDisruptionBudget"},{"group":"autoscaling","kind":"HorizontalPodAutoscaler"},
                   {"group":"rbac.authorization.k8s.io","kind":"Role"},{"group":"rbac.authorization.k8s.io","kind":"RoleBinding"}]} }
        """)!.AsObject();

    /// <summary>The Application of a region, as src/Platform/argocd has it.</summary>
    public static JsonObject Application(string region, ArgoCdOptions options)
    {
        var application = JsonNode.Parse($$"""
            {"apiVersion":"{{Group}}","kind":"Application","metadata":{"name":"maily-{{region}}","namespace":"{{Space}}"},
             "spec":{"project":"maily","source":{"repoURL":"{{options.RepositoryUrl}}","targetRevision":"{{options.Branch}}","path":"regions/{{region}}"},
                     "destination":{"server":"https://kubernetes.default.svc","namespace":"maily"},
                     "syncPolicy":{"automated":{"prune":true,"selfHeal":true},"syncOptions":["ServerSideApply=true","PruneLast=true","FailOnSharedResource=true"]} } }
            """)!.AsObject();
        if (!options.SyncsByItself)
            application["spec"]!["syncPolicy"]!.AsObject().Remove("automated");
        return application;
    }

    // The published definitions spell every field out; what tests need of them is that all of it is kept.
    static JsonObject Definition(string kind, string plural) => JsonNode.Parse($$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{plural}}.argoproj.io"},
         "spec":{"group":"argoproj.io","scope":"Namespaced","names":{"kind":"{{kind}}","listKind":"{{kind}}List","plural":"{{plural}}","singular":"{{kind.ToLowerInvariant()}}"},
                 "versions":[{"name":"v1alpha1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","required":["metadata","spec"],
                   "properties":{"metadata":{"type":"object"},"spec":{"type":"object","x-kubernetes-preserve-unknown-fields":true},
                                 "status":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"operation":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } }]} }
        """)!.AsObject();

    static async Task MakeAsync(ArgoApi api, string path, JsonObject item, CancellationToken cancellation)
    {
        try
        {
            await api.PostAsync(path, item, cancellation);
        }
        catch (ArgoRefusedException known) when (known.Status == HttpStatusCode.Conflict)
        {
            // It is there already.
        }
    }
}
