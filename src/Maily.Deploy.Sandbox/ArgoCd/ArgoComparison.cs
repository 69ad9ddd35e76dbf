using System.Collections.Immutable;
using System.Text.Json.Nodes;
using CliWrap.Exceptions;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>An object of the repository, or one that is tracked, with what is live of it.</summary>
sealed record ArgoTarget(ObjectKey Key, KubernetesObject? Wanted, JsonObject? Live, bool IsSynced);

/// <summary>Compares an Application's folder with its cluster, and writes status.sync, health and resources.</summary>
sealed class ArgoComparison(ArgoApi api, ArgoSource source, ArgoFaults faults, TimeProvider time)
{
    const string Tracking = "argocd.argoproj.io/tracking-id";

    public string Now => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    public static string PathOf(JsonObject application) =>
        $"/apis/{ArgoInstallation.Group}/namespaces/{ArgoInstallation.Space}/applications/{application["metadata"]!["name"]}";

    /// <summary>Takes up a refresh: looks at the branch, compares, and asks itself to sync where that is its policy.</summary>
    public async Task RunAsync(JsonObject application, CancellationToken cancellation)
    {
        var spec = application["spec"]!["source"]!;
        JsonObject status;
        var revision = "";
        try
        {
            if (faults.ComparisonError is { } error)
                throw new ArgoRefusedException(default, error);
            revision = faults.ComparesWith ?? await source.ResolveAsync((string)spec["repoURL"]!, (string)spec["targetRevision"]!, cancellation);
            var targets = await TargetsAsync(application, revision, cancellation);
            status = StatusOf(application, targets, revision);
        }
        catch (Exception unreadable) when (unreadable is ArgoRefusedException or CommandExecutionException)
        {
            status = new JsonObject
            {
                ["sync"] = new JsonObject { ["status"] = "Unknown", ["revision"] = revision },
                ["conditions"] = new JsonArray(Condition("ComparisonError", $"Failed to load target state: {unreadable.Message}")),
            };
        }

        status["reconciledAt"] = Now;
        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["argocd.argoproj.io/refresh"] = null } }, ["status"] = status };
        if (SyncsByItself(application) && (string?)status["sync"]!["status"] == "OutOfSync")
            ByItself(application, revision, patch);
        await api.MergeAsync(PathOf(application), patch, cancellation);
    }

    /// <summary>Looks at the health of what is tracked, between two refreshes.</summary>
    public async Task LookAsync(JsonObject application, CancellationToken cancellation)
    {
        var resources = (JsonArray?)application["status"]?["resources"]?.DeepClone() ?? [];
        foreach (var resource in resources.OfType<JsonObject>())
            if (ArgoHealth.Of((string)resource["kind"]!, await api.FindAsync(KeyOf(resource), cancellation)) is { } health)
                resource["health"] = HealthOf(health);
        var (overall, present) = (Overall(resources), (string?)application["status"]?["health"]?["status"]);
        if (overall != present || !JsonNode.DeepEquals(resources, application["status"]?["resources"] ?? new JsonArray()))
            await api.MergeAsync(PathOf(application), new JsonObject { ["status"] = new JsonObject { ["health"] = new JsonObject { ["status"] = overall }, ["resources"] = resources } }, cancellation);
    }

    /// <summary>What the repository has and what is tracked, each with its live object.</summary>
    /// <exception cref="ArgoRefusedException">The folder is not there.</exception>
    public async Task<ImmutableArray<ArgoTarget>> TargetsAsync(JsonObject application, string revision, CancellationToken cancellation)
    {
        var spec = application["spec"]!["source"]!;
        var wanted = await source.ReadAsync((string)spec["repoURL"]!, (string)spec["targetRevision"]!, revision, (string)spec["path"]!, cancellation)
            ?? throw new ArgoRefusedException(default, $"{spec["path"]}: app path does not exist");
        var targets = ImmutableArray.CreateBuilder<ArgoTarget>();
        foreach (var item in wanted)
            targets.Add(await CompareAsync(application, await PlaceAsync(application, item, cancellation), cancellation));
        foreach (var key in (application["status"]?["resources"]?.AsArray() ?? []).Select(resource => KeyOf(resource!.AsObject())).Where(key => targets.All(target => target.Key != key)).ToArray())
            if (await api.FindAsync(key, cancellation) is { } live && live["metadata"]!["annotations"]?[Tracking] is not null)
                targets.Add(new(key, null, live, IsSynced: false));
        return targets.ToImmutable();
    }

    public static JsonObject StatusOf(JsonObject application, ImmutableArray<ArgoTarget> targets, string revision, ArgoFaults faults)
    {
        var resources = new JsonArray([.. targets.Select(ResourceOf)]);
        return new JsonObject
        {
            ["sync"] = new JsonObject
            {
                ["status"] = targets.All(target => target.IsSynced || target.Wanted is null && Has(target.Live, "compare-options", "IgnoreExtraneous")) ? "Synced" : "OutOfSync", ["revision"] = revision,
                ["comparedTo"] = new JsonObject { ["source"] = application["spec"]!["source"]!.DeepClone(), ["destination"] = application["spec"]!["destination"]!.DeepClone() },
            },
            ["health"] = new JsonObject { ["status"] = faults.Health ?? Overall(resources.OfType<JsonObject>()) },
            ["resources"] = resources, ["conditions"] = new JsonArray(),
            ["summary"] = new JsonObject { ["images"] = new JsonArray([.. targets.SelectMany(target => Images(target.Live)).Distinct().Select(image => (JsonNode)image)]) },
        };
    }

    /// <summary>Whether an object's annotation <c>argocd.argoproj.io/...</c> names an option.</summary>
    public static bool Has(JsonObject? live, string annotation, string option) =>
        ((string?)live?["metadata"]?["annotations"]?[$"argocd.argoproj.io/{annotation}"])?.Split(',', StringSplitOptions.TrimEntries).Contains(option, StringComparer.Ordinal) == true;

    public static bool SyncsByItself(JsonObject application) => application["spec"]!["syncPolicy"]?["automated"] is JsonObject;

    JsonObject StatusOf(JsonObject application, ImmutableArray<ArgoTarget> targets, string revision) => StatusOf(application, targets, revision, faults);

    // One attempt for each commit; and never one that would leave nothing, unless that is allowed.
    void ByItself(JsonObject application, string revision, JsonObject patch)
    {
        var status = (JsonObject)patch["status"]!;
        var last = application["status"]?["operationState"];
        if ((string?)last?["phase"] is "Failed" or "Error" && (string?)last?["syncResult"]?["revision"] == revision)
            status["conditions"]!.AsArray().Add(Condition("SyncError", $"Failed last sync attempt to {revision}: {last?["message"]}"));
        else if (status["resources"]!.AsArray() is { Count: > 0 } resources && resources.All(resource => resource!["requiresPruning"] is not null))
            status["conditions"]!.AsArray().Add(Condition("SyncError", $"Skipping sync attempt to {revision}: auto-sync will wipe out all resources"));
        else
            patch["operation"] = new JsonObject
            {
                ["initiatedBy"] = new JsonObject { ["automated"] = true }, ["retry"] = new JsonObject { ["limit"] = 5 },
                ["sync"] = new JsonObject { ["revision"] = revision, ["prune"] = application["spec"]!["syncPolicy"]!["automated"]!["prune"]?.DeepClone() ?? false },
            };
    }

    async Task<ArgoTarget> CompareAsync(JsonObject application, KubernetesObject wanted, CancellationToken cancellation)
    {
        var live = await api.FindAsync(wanted.Key, cancellation);
        if (live is null)
            return new(wanted.Key, wanted, null, IsSynced: false);
        var preview = await api.ApplyAsync(wanted, dryRun: true, cancellation);
        return new(wanted.Key, wanted, live, FieldChanges.Between(new(live), new(preview)).IsEmpty);
    }

    async Task<KubernetesObject> PlaceAsync(JsonObject application, KubernetesObject item, CancellationToken cancellation)
    {
        var json = item.ToJson();
        foreach (var container in Containers(json).Where(container => (string?)container["image"] == faults.Override?.Image))
            container["image"] = faults.Override?.Replacement;
        // The real one names its destination also of an object that lies in no namespace.
        var space = item.Key.Namespace ?? (string?)application["spec"]!["destination"]!["namespace"];
        if (space is not null && await api.IsNamespacedAsync(item.Key.ApiVersion, item.Kind, cancellation) == true)
            json["metadata"]!["namespace"] = space;
        var group = item.Key.ApiVersion.Split('/') is [var name, _] ? name : "";
        (json["metadata"]!["annotations"] ??= new JsonObject())[Tracking] = $"{application["metadata"]!["name"]}:{group}/{item.Kind}:{space}/{item.Key.Name}";
        return new(json);
    }

    static JsonObject ResourceOf(ArgoTarget target)
    {
        var (group, version) = target.Key.ApiVersion.Split('/') is [var name, var number] ? (name, number) : ("", target.Key.ApiVersion);
        var resource = new JsonObject { ["version"] = version, ["kind"] = target.Key.Kind, ["name"] = target.Key.Name, ["status"] = target.IsSynced ? "Synced" : "OutOfSync" };
        if (group.Length > 0)
            resource["group"] = group;
        if (target.Key.Namespace is { } space)
            resource["namespace"] = space;
        if (target.Wanted is null)
            resource["requiresPruning"] = true;
        if (ArgoHealth.Of(target.Key.Kind, target.Live) is { } health)
            resource["health"] = HealthOf(health);
        return resource;
    }

    static ObjectKey KeyOf(JsonObject resource) => new(
        (string?)resource["group"] is { Length: > 0 } group ? $"{group}/{resource["version"]}" : (string)resource["version"]!, (string)resource["kind"]!, (string?)resource["namespace"], (string)resource["name"]!);

    static JsonObject HealthOf((string Status, string Message) health) =>
        health.Message.Length == 0 ? new() { ["status"] = health.Status } : new() { ["status"] = health.Status, ["message"] = health.Message };

    string Overall(JsonArray resources) => faults.Health ?? Overall(resources.OfType<JsonObject>());

    static string Overall(IEnumerable<JsonObject> resources) => ArgoHealth.Worst(resources.Select(resource => (string?)resource["health"]?["status"]).OfType<string>());

    JsonObject Condition(string type, string message) => new() { ["type"] = type, ["message"] = message, ["lastTransitionTime"] = Now };

    static IEnumerable<string> Images(JsonObject? live) => Containers(live).Select(container => (string)container["image"]!);

    static IEnumerable<JsonNode> Containers(JsonObject? item) => (item?["spec"]?["template"]?["spec"]?["containers"]?.AsArray() ?? []).OfType<JsonNode>();
}
