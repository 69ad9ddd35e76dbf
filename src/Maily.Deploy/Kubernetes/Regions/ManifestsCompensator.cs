using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Brings a region's objects back: applies what was captured, removes what was not there before, waits and compares.</summary>
sealed class ManifestsCompensator(ImmutableArray<RegionSpec> regions, ClusterSettings settings) : ICompensator
{
    /// <inheritdoc/>
    public string Type => DeployRegionStep.Compensator;

    /// <inheritdoc/>
    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<RegionRestorePoint>();
        if (regions.FirstOrDefault(region => region.Name == point.Region) is not { } region)
            return CompensationResult.NeedsPerson($"the region {point.Region} is not declared any more; declare it, or restore its objects by hand");
        using var cluster = new ClusterReader(region, settings, context.Deployment.Time);
        var undo = new RegionUndo(cluster, new ClusterWriter(cluster, context.Permit, context.Deployment.Time), settings, context.Deployment);
        return await undo.RunAsync(point.Unpack(), cancellation);
    }
}

/// <summary>Undoes one deployment in one cluster.</summary>
sealed class RegionUndo(ClusterReader cluster, ClusterWriter writer, ClusterSettings settings, DeploymentContext context)
{
    static readonly TimeSpan RemovalLimit = TimeSpan.FromMinutes(3);

    readonly NewPods pods = new(cluster);

    public async Task<CompensationResult> RunAsync(ImmutableArray<CapturedObject> captured, CancellationToken cancellation)
    {
        ImmutableArray<KubernetesObject> former = [.. captured.Select(item => item.Manifest).OfType<System.Text.Json.Nodes.JsonObject>().Select(json => new KubernetesObject(json))];
        // By force: whoever took a field over while this deployment ran changed what it had made.
        await new ManifestApply(cluster, writer, settings, context.Time).RunAsync(former, force: true, cancellation);
        var (removed, foreign) = await RemoveAsync([.. captured.Where(item => item.Manifest is null).Select(item => item.Key)], cancellation);
        await new RolloutWait(cluster, settings.Patience, context.Time, context.Log) { OnWaiting = UnblockAsync }
            .ForAllAsync(former.Select(item => item.Key).Where(Workloads.RollsOut), cancellation);
        var left = await DifferencesAsync(former, cancellation);
        if (left.Length > 0)
            throw new NotRestoredException(cluster.Region, left);
        return foreign.IsEmpty
            ? CompensationResult.Undone($"{former.Length} objects are as before, {removed} new ones are removed{(former.IsEmpty ? ": there was nothing to go back to" : "")}")
            : CompensationResult.NeedsPerson($"{string.Join(", ", foreign)} was not there before, but is not this deployment's any more: look at it");
    }

    // Last applied goes first, so that nothing loses what it stands on.
    async Task<(int Removed, ImmutableArray<ObjectKey> Foreign)> RemoveAsync(ImmutableArray<ObjectKey> keys, CancellationToken cancellation)
    {
        var foreign = ImmutableArray.CreateBuilder<ObjectKey>();
        var removed = new List<KubernetesObject>();
        foreach (var key in keys.OrderByDescending(key => ApplyOrder.GroupOf(key.Kind)))
        {
            if (await cluster.FindAsync(key, cancellation) is not { } live)
                continue;
            if (live.Annotation(Marks.Deployment) != context.Id.Value)
                foreign.Add(key);
            else
                removed.Add(live);
        }

        foreach (var live in removed)
            await writer.DeleteAsync(live, cancellation);
        await GoneAsync(removed, cancellation);
        return (removed.Count, foreign.DrainToImmutable());
    }

    async Task GoneAsync(List<KubernetesObject> removed, CancellationToken cancellation)
    {
        var deadline = context.Time.GetUtcNow() + RemovalLimit;
        foreach (var item in removed)
            while ((await cluster.FindAsync(item.Key, cancellation))?.Uid == item.Uid)
            {
                if (context.Time.GetUtcNow() >= deadline)
                    throw new NotRestoredException(cluster.Region, [$"{item.Key} is still there {RemovalLimit.TotalMinutes} minutes after it was deleted"]);
                await Task.Delay(TimeSpan.FromMilliseconds(250), context.Time, cancellation);
            }
    }

    // A StatefulSet waits for its broken pod to get ready before it replaces it (kubernetes/kubernetes#67250).
    async Task UnblockAsync(KubernetesObject workload, CancellationToken cancellation)
    {
        if (workload.Kind != "StatefulSet" || workload.Json.Number("status", "observedGeneration") != workload.Json.Number("metadata", "generation"))
            return;
        foreach (var pod in (await pods.FindOldAsync(workload, cancellation)).Where(pod => !IsReady(pod) && pod.Json.Text("metadata", "deletionTimestamp") is null))
            await writer.DeleteAsync(pod, cancellation);
    }

    static bool IsReady(KubernetesObject pod) => pod.Json.Objects("status", "conditions")
        .Any(condition => condition.Text("type") == "Ready" && condition.Text("status") == "True");

    async Task<string[]> DifferencesAsync(ImmutableArray<KubernetesObject> former, CancellationToken cancellation)
    {
        var state = await RegionState.ReadAsync(cluster, former, context.Id, settings.Parallel, cancellation);
        return [.. state.Different, .. state.Unfinished];
    }
}

/// <summary>A region is not as it was before, although everything was applied again.</summary>
public sealed class NotRestoredException(string region, IReadOnlyCollection<string> differences)
    : DeployException($"{region} is not as it was before the deployment.", "Compare the objects with their last release; somebody else may be changing them.",
        string.Join(Environment.NewLine, differences));
