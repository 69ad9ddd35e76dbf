using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.GitOps;

/// <summary>An Argo CD Application as its cluster shows it. Absent fields are null: Argo CD writes none before it knows.</summary>
sealed class ArgoApplication(KubernetesObject live)
{
    /// <summary>The API version of Applications and AppProjects.</summary>
    public const string ApiVersion = "argoproj.io/v1alpha1";

    /// <summary>The annotation that asks for a refresh; Argo CD removes it.</summary>
    public const string RefreshAnnotation = "argocd.argoproj.io/refresh";

    /// <summary>The annotation that says which Application tracks an object.</summary>
    public const string TrackingAnnotation = "argocd.argoproj.io/tracking-id";

    /// <summary>Names an Application.</summary>
    public static ObjectKey KeyOf(string space, string name) => new(ApiVersion, "Application", space, name);

    public KubernetesObject Live => live;

    JsonObject Json => live.Json;

    JsonNode? Status => Json["status"];

    public string Name => live.Key.Name;

    /// <summary>Whether a refresh that was asked for is not done yet.</summary>
    public bool IsRefreshPending => live.Annotation(RefreshAnnotation) is not null;

    /// <summary>Whether it syncs by itself.</summary>
    public bool SyncsByItself => Json.At("spec", "syncPolicy", "automated") is JsonObject automated && automated.At("enabled") is not JsonValue { } enabled || Json.IsTrue("spec", "syncPolicy", "automated", "enabled");

    /// <summary>Whether it removes what is not in the repository any more by itself.</summary>
    public bool PrunesByItself => Json.IsTrue("spec", "syncPolicy", "automated", "prune");

    /// <summary>Whether it removes everything by itself where the folder holds nothing.</summary>
    public bool AllowsEmpty => Json.IsTrue("spec", "syncPolicy", "automated", "allowEmpty");

    public string? ReconciledAt => Status.Text("reconciledAt");

    /// <summary>Whether an operation is asked for or under way.</summary>
    public bool IsOperating => Json["operation"] is JsonObject || Status.At("operationState") is JsonObject && Status.Text("operationState", "phase") is "Running" or "Terminating";

    public string? OperationPhase => Status.Text("operationState", "phase");

    public string? OperationMessage => Status.Text("operationState", "message");

    public string? OperationStartedAt => Status.Text("operationState", "startedAt");

    public string? OperationFinishedAt => Status.Text("operationState", "finishedAt");

    /// <summary>The commits that the last operation synced.</summary>
    public ImmutableArray<string> OperationRevisions => Revisions(Status.At("operationState", "syncResult"));

    public string? SyncStatus => Status.Text("sync", "status");

    /// <summary>The commits that were compared with: one for each source.</summary>
    public ImmutableArray<string> SyncRevisions => Revisions(Status.At("sync"));

    public string? Health => Status.Text("health", "status");

    /// <summary>What Argo CD says is wrong.</summary>
    public IEnumerable<string> Errors => Status.Objects("conditions").Where(condition => condition.Text("type")?.EndsWith("Error", StringComparison.Ordinal) == true)
        .Select(condition => $"{condition.Text("type")}: {condition.Text("message")}");

    /// <summary>What the last operation could not apply or prune, and why.</summary>
    public IEnumerable<string> OperationFaults => Status.Objects("operationState", "syncResult", "resources").Where(resource => (resource.Text("status") is "SyncFailed" or "PruneSkipped" && !IsToStay(resource)) || resource.Text("hookPhase") is "Failed" or "Error")
        .Select(resource => $"{TitleOf(resource)}: {resource.Text("status") ?? resource.Text("hookPhase")}, {resource.Text("message")}");

    /// <summary>The objects that it tracks.</summary>
    public IEnumerable<JsonObject> Resources => Status.Objects("resources");

    /// <summary>Tracked objects that are not healthy, and why.</summary>
    public IEnumerable<string> Unhealthy => Resources.Where(resource => resource.Text("health", "status") is not (null or "Healthy"))
        .Select(resource => $"{TitleOf(resource)}: {resource.Text("health", "status")}{(resource.Text("health", "message") is { Length: > 0 } message ? $", {message}" : "")}");

    /// <summary>Tracked objects that are not as the repository has them.</summary>
    public IEnumerable<string> OutOfSync => Resources.Where(resource => resource.Text("status") == "OutOfSync")
        .Select(resource => $"{TitleOf(resource)}: {(resource.IsTrue("requiresPruning") ? "is to be removed" : "differs")}");

    /// <summary>All of its status that changes only when something happens; that it takes up a refresh and finds what it found before is nothing.</summary>
    public string Activity
    {
        get
        {
            var status = (Status as JsonObject)?.DeepClone() as JsonObject ?? [];
            status.Remove("reconciledAt");
            return $"{Json["operation"]?.ToJsonString()} {status.ToJsonString()}";
        }
    }

    static ImmutableArray<string> Revisions(JsonNode? node) => node.At("revisions") is JsonArray { Count: > 0 } several ? [.. several.Select(revision => revision?.ToString() ?? "")]
        : node.Text("revision") is { Length: > 0 } one ? [one] : [];

    // What Argo CD says of an object that its own annotation tells it to leave.
    static bool IsToStay(JsonObject resource) => resource.Text("message")?.Contains("no prune", StringComparison.Ordinal) == true;

    static string TitleOf(JsonObject resource) => new ObjectKey("", resource.Text("kind") ?? "?", resource.Text("namespace"), resource.Text("name") ?? "?").ToString();
}
