using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>Carries an operation out: applies in the order of kinds, prunes last, and writes status.operationState and history.</summary>
sealed class ArgoOperation(ArgoApi api, ArgoComparison comparison, ArgoFaults faults, TimeProvider time)
{
    /// <summary>Begins it, and in the same round ends it, unless it hangs.</summary>
    public async Task RunAsync(JsonObject application, JsonObject operation, CancellationToken cancellation)
    {
        var path = ArgoComparison.PathOf(application);
        var state = application["status"]?["operationState"] is JsonObject known && (string?)known["phase"] == "Running" ? (JsonObject)known.DeepClone() : Begin(operation);
        if (state["syncResult"] is null)
            await api.MergeAsync(path, new JsonObject { ["status"] = new JsonObject { ["operationState"] = Whole(state) } }, cancellation);
        if (faults.OperationHangs)
            return;
        var revision = (string?)operation["sync"]?["revision"] ?? "";
        var results = await SyncAsync(application, operation, revision, cancellation);
        var failed = results.Where(result => (string?)result["status"] == "SyncFailed").ToArray();
        (state["phase"], state["finishedAt"]) = (failed.Length > 0 ? "Failed" : "Succeeded", comparison.Now);
        state["message"] = failed.Length > 0 ? $"one or more objects failed to apply, reason: {failed[0]["message"]}" : "successfully synced (all tasks run)";
        state["syncResult"] = new JsonObject { ["revision"] = revision, ["source"] = application["spec"]!["source"]!.DeepClone(), ["resources"] = new JsonArray([.. results]) };
        var status = new JsonObject { ["operationState"] = Whole(state) };
        if (failed.Length == 0)
            status["history"] = History(application, state, revision);
        await api.MergeAsync(path, new JsonObject { ["operation"] = null, ["status"] = status }, cancellation);
        // As after each operation, it compares once more.
        if (await api.FindAsync(path, cancellation) is { } after)
            await comparison.RunAsync(after, cancellation);
    }

    JsonObject Begin(JsonObject operation) => new()
    {
        ["operation"] = operation.DeepClone(), ["phase"] = "Running", ["startedAt"] = comparison.Now, ["message"] = "one or more tasks are running", ["retryCount"] = 0,
    };

    // A merge keeps what it is not told to remove: an operation that begins has neither end nor result.
    static JsonObject Whole(JsonObject state)
    {
        var whole = (JsonObject)state.DeepClone();
        foreach (var name in new[] { "finishedAt", "syncResult" })
            if (!whole.ContainsKey(name))
                whole[name] = null;
        return whole;
    }

    async Task<ImmutableArray<JsonObject>> SyncAsync(JsonObject application, JsonObject operation, string revision, CancellationToken cancellation)
    {
        var targets = await comparison.TargetsAsync(application, revision, cancellation);
        var results = ImmutableArray.CreateBuilder<JsonObject>();
        foreach (var item in ApplyOrder.Sort(targets.Select(target => target.Wanted).OfType<KubernetesObject>()))
            results.Add(await ApplyAsync(item, cancellation));
        if (results.Any(result => (string?)result["status"] == "SyncFailed"))
            return results.ToImmutable();
        foreach (var target in targets.Where(target => target.Wanted is null).OrderByDescending(target => ApplyOrder.GroupOf(target.Key.Kind)))
            results.Add(await PruneAsync(target, (bool?)operation["sync"]?["prune"] == true, cancellation));
        return results.ToImmutable();
    }

    async Task<JsonObject> ApplyAsync(KubernetesObject item, CancellationToken cancellation)
    {
        if (faults.SyncFailure is { } words)
            return Result(item.Key, "SyncFailed", words);
        try
        {
            await api.ApplyAsync(item, dryRun: false, cancellation);
            return Result(item.Key, "Synced", $"{item.Kind.ToLowerInvariant()}/{item.Key.Name} serverside-applied");
        }
        catch (ArgoRefusedException refused)
        {
            return Result(item.Key, "SyncFailed", refused.Message);
        }
    }

    async Task<JsonObject> PruneAsync(ArgoTarget target, bool prunes, CancellationToken cancellation)
    {
        var key = target.Key;
        if (!prunes)
            return Result(key, "PruneSkipped", "ignored (requires pruning)");
        if (ArgoComparison.Has(target.Live, "sync-options", "Prune=false"))
            return Result(key, "PruneSkipped", "ignored (no prune)");
        await api.DeleteAsync(key, cancellation);
        for (var look = 0; look < 200 && await api.FindAsync(key, cancellation) is not null; look++)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellation);
        return Result(key, "Pruned", "pruned");
    }

    static JsonObject Result(ObjectKey key, string status, string message) => new()
    {
        ["group"] = key.ApiVersion.Split('/') is [var group, _] ? group : "", ["kind"] = key.Kind, ["namespace"] = key.Namespace, ["name"] = key.Name, ["status"] = status, ["message"] = message, ["syncPhase"] = "Sync",
    };

    static JsonArray History(JsonObject application, JsonObject state, string revision)
    {
        var history = (JsonArray?)application["status"]?["history"]?.DeepClone() ?? [];
        history.Add(new JsonObject
        {
            ["id"] = history.Count == 0 ? 0 : (int)history[^1]!["id"]! + 1, ["revision"] = revision, ["deployStartedAt"] = state["startedAt"]!.DeepClone(), ["deployedAt"] = state["finishedAt"]!.DeepClone(),
            ["source"] = application["spec"]!["source"]!.DeepClone(),
        });
        return history;
    }
}
