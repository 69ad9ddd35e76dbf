using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Validation;

namespace Maily.Deploy.GitOps;

/// <summary>Whether a region's Application leads from the right folder to the right cluster, and does what a deployment counts on.</summary>
sealed class ApplicationRules(GitOpsSettings settings, ClusterSettings clusters, TimeProvider time)
{
    static readonly TimeSpan Stale = TimeSpan.FromMinutes(30);

    /// <summary>The first fault; else what it is.</summary>
    public CheckResult Judge(RegionSpec region, KubernetesObject? live)
    {
        var name = settings.ApplicationOf(region);
        if (live is null)
            return CheckResult.Fail($"there is no Application {settings.ArgoNamespace}/{name}", $"Make it: `kubectl --context {region.Context} apply -k src/Platform/argocd/regions/{region.Name}`.");
        var application = new ArgoApplication(live);
        return SourceFault(region, live.Json.At("spec")) ?? DestinationFault(live.Json.At("spec", "destination")) ?? PolicyFault(application) ?? LifeFault(application)
            ?? CheckResult.Pass($"{name} follows {GitOpsSettings.PathOf(region)}{(application.SyncsByItself ? " by itself" : ", synced by deployments")}");
    }

    CheckResult? SourceFault(RegionSpec region, JsonNode? spec)
    {
        CheckResult Fail(string fact) => CheckResult.Fail(fact, $"Correct src/Platform/argocd/regions/{region.Name} and apply it.");
        var source = spec.At("source");
        return source switch
        {
            _ when spec.At("sources") is JsonArray { Count: > 0 } => Fail("it has several sources; a deployment commits to one"),
            _ when !settings.Repository.IsAt(source.Text("repoURL")) => Fail($"it follows {source.Text("repoURL") ?? "no repository"}, not {settings.Repository.Url}"),
            _ when source.Text("targetRevision") != settings.Repository.Branch => Fail($"it follows {source.Text("targetRevision") ?? "HEAD"}, not the branch {settings.Repository.Branch}"),
            _ when source.Text("path")?.Trim('/') != GitOpsSettings.PathOf(region) => Fail($"it follows the folder {source.Text("path") ?? "."}, not {GitOpsSettings.PathOf(region)}"),
            _ when source.At("kustomize") is not null || source.At("helm") is not null || source.At("plugin") is not null => Fail("it changes what it reads (kustomize, helm or plugin); what is committed must be what is applied"),
            _ => null,
        };
    }

    CheckResult? DestinationFault(JsonNode? destination) => destination switch
    {
        _ when destination.Text("server") is not (null or "https://kubernetes.default.svc") || destination.Text("name") is not (null or "in-cluster") =>
            CheckResult.Fail($"it leads to {destination.Text("server") ?? destination.Text("name")}, another cluster than its own", "One Application in each region's own cluster: destination.server https://kubernetes.default.svc."),
        _ when destination.Text("namespace") != clusters.Namespace => CheckResult.Fail($"it leads to the namespace {destination.Text("namespace") ?? "default"}, not {clusters.Namespace}", "Correct its destination.namespace."),
        _ => null,
    };

    static CheckResult? PolicyFault(ArgoApplication application) => application switch
    {
        { SyncsByItself: true, PrunesByItself: false } => CheckResult.Fail("it syncs by itself without pruning, so that what a release removes would stay", "Set syncPolicy.automated.prune to true."),
        { AllowsEmpty: true } => CheckResult.Fail("it would remove everything by itself where a folder is empty", "Leave syncPolicy.automated.allowEmpty out."),
        _ when application.Live.Json.At("spec", "syncPolicy", "syncOptions") is not JsonArray options || !options.Any(option => option?.ToString() == "ServerSideApply=true") =>
            CheckResult.Warn("it applies client-side: fields that nobody wants any more may stay", "Add ServerSideApply=true to syncPolicy.syncOptions."),
        _ => null,
    };

    CheckResult? LifeFault(ArgoApplication application) => application switch
    {
        { ReconciledAt: null } => CheckResult.Fail("Argo CD has never looked at it", $"See whether its application controller runs (`kubectl -n {settings.ArgoNamespace} get pods`)."),
        _ when DateTimeOffset.TryParse(application.ReconciledAt, out var at) && time.GetUtcNow() - at > Stale => CheckResult.Warn($"Argo CD looked at it last at {at:u}", "See whether its application controller runs."),
        { IsOperating: true } => CheckResult.Warn($"it is syncing: {application.OperationMessage}", "A deployment waits for its end."),
        _ => null,
    };
}
