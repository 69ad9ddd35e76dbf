using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Kubernetes.Waves;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>
/// Brings a region's objects back, removes what was not there before, waits and compares. A deployment that failed is undone to
/// what the journal captured; a release that was live goes back to the one that the cluster itself recorded before it.
/// </summary>
sealed class ManifestsCompensator(ImmutableArray<RegionSpec> regions, ClusterSettings settings) : ICompensator
{
    /// <summary>What happens around the region's change.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <inheritdoc/>
    public string Type => DeployRegionStep.Compensator;

    /// <inheritdoc/>
    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<RegionRestorePoint>();
        if (regions.FirstOrDefault(region => region.Name == point.Region) is not { } region)
            return CompensationResult.NeedsPerson($"the region {point.Region} is not declared any more; declare it, or restore its objects by hand");
        var cluster = new ClusterReader(region, settings, context.Deployment.Time);
        var archive = new ReleaseArchive(cluster, settings.Namespace, step.Stage);
        var writer = new ClusterWriter(cluster, context.Permit, context.Deployment.Time);
        await Hook.BeforeAsync(region, context, cancellation);
        var wasLive = context.Deployment.Live?.Deployment == context.Deployment.Id;
        var former = await FormerAsync(point, archive, wasLive, cancellation);
        var result = await new RegionUndo(cluster, writer, settings, context.Deployment) { WasLive = wasLive }.RunAsync(former, point.Set, cancellation);
        await ForgetAsync(cluster, writer, archive, former, context.Deployment, cancellation);
        await Hook.AfterAsync(region, context, cancellation);
        return result;
    }

    static async Task<FormerState> FormerAsync(RegionRestorePoint point, ReleaseArchive archive, bool wasLive, CancellationToken cancellation) =>
        wasLive && point.Former is { } id && await archive.FindAsync(id, cancellation) is { } release
            ? FormerState.Recorded(release, point.Unpack()) : FormerState.Captured(point.Unpack());

    // What is undone is no release to go back to, and nothing needs its Secrets; those of what is live again are kept.
    async Task ForgetAsync(
        ClusterReader cluster, ClusterWriter writer, ReleaseArchive archive, FormerState former, DeploymentContext context, CancellationToken cancellation)
    {
        await archive.RemoveAsync(writer, context.Id, cancellation);
        var vault = new SecretVault(cluster, settings.Namespace);
        if (await vault.HasAnyAsync(cancellation))
        {
            var retained = await ReleaseArchive.ListAllAsync(cluster, settings.Namespace, cancellation);
            await vault.RemoveUnusedAsync(writer, retained.SelectMany(release => release.ToObjects()).Concat(former.Objects), atWork: null, cancellation);
        }

        await vault.RemoveKeyAsync(writer, context.Id, cancellation);
    }
}

/// <summary>Undoes one deployment in one cluster.</summary>
sealed class RegionUndo(ClusterReader cluster, ClusterWriter writer, ClusterSettings settings, DeploymentContext context)
{
    /// <summary>Whether the workloads are waited for; else what they need may come back with the step that is undone next, which waits for them too.</summary>
    public bool Waits { get; init; } = true;

    /// <summary>Whether the deployment was live: objects that pruning would keep stay then, however young they are.</summary>
    public bool WasLive { get; init; }

    public async Task<CompensationResult> RunAsync(FormerState wanted, CapturedSet? set, CancellationToken cancellation)
    {
        var former = wanted.Objects;
        // By force: whoever took a field over while this deployment ran changed what it had made.
        await new ManifestApply(cluster, writer, settings, context.Time) { SetsMarks = true }.RunAsync(former, force: true, cancellation);
        var (leaving, kept, foreign) = await SortAsync([.. wanted.Absent, .. await JobsAsync(wanted, set, cancellation)], cancellation);
        // While its place is still there, which may be one of the objects that go. What is kept can be pruned later.
        if (set is not null)
            await new ApplySetBooks(cluster, writer, settings).RestoreAsync(set.With(kept), context.Id, cancellation);
        await new Removal(cluster, context.Time).RunAsync(writer, leaving, settings.Parallel, cancellation);
        await new RolloutWait(cluster, settings.Patience, context.Time, context.Log) { OnWaiting = new StuckPods(cluster, writer, context.Log).DeleteAsync }
            .ForAllAsync(await WaitedForAsync(former, set, cancellation), cancellation);
        var state = await RegionState.ReadAsync(cluster, former, settings.Parallel, cancellation);
        if (Waits ? !state.IsAsWanted : !state.Different.IsEmpty)
            throw new NotRestoredException(cluster.Region, [.. state.Different, .. state.Unfinished]);
        var keeping = kept.IsEmpty ? "" : $"; kept, as pruning would: {string.Join(", ", kept)}; what is annotated with {Marks.Prune}=true goes with the next deployment";
        if (!foreign.IsEmpty)
            return CompensationResult.NeedsPerson($"{string.Join(", ", foreign)} was not there before, but is not this deployment's any more: look at it{keeping}");
        var done = $"{former.Length} objects are {wanted.Source}, {leaving.Length} new ones are removed{(former.IsEmpty && leaving.Length > 0 ? ": there was nothing to go back to" : "")}";
        return kept.IsEmpty ? CompensationResult.Undone(done) : CompensationResult.Kept(done + keeping);
    }

    // With all that the set holds then: what was pruned is back by a step of its own, which could not wait for it.
    async Task<IEnumerable<ObjectKey>> WaitedForAsync(ImmutableArray<KubernetesObject> former, CapturedSet? set, CancellationToken cancellation)
    {
        if (!Waits)
            return [];
        var members = set is { Content: { } content } ? await new ApplySetReader(cluster, settings).MembersAsync(set.Parent, content.Only(Workloads.RollingOut), cancellation) : [];
        return former.Concat(members.Where(member => !member.IsLeaving)).Select(item => item.Key).Where(Workloads.RollsOut).DistinctBy(key => key.Versionless);
    }

    // Jobs are named by what they run, names of Secrets included, which may not have been known yet when this was captured.
    async Task<IEnumerable<ObjectKey>> JobsAsync(FormerState wanted, CapturedSet? set, CancellationToken cancellation)
    {
        if (set is null || await new ApplySetReader(cluster, settings).FindAsync(set.Parent, cancellation) is not { } parent)
            return [];
        var known = wanted.Objects.Select(item => item.Key).Concat(wanted.Absent).Select(key => key.Versionless).ToHashSet();
        var members = await new ApplySetReader(cluster, settings).MembersAsync(set.Parent, ApplySetContent.Read(parent).Only("Job.batch"), cancellation);
        return members.Where(member => member.Annotation(Marks.Deployment) == context.Id.Value && !known.Contains(member.Key.Versionless)).Select(member => member.Key);
    }

    async Task<(ImmutableArray<KubernetesObject> Leaving, ImmutableArray<ObjectKey> Kept, ImmutableArray<ObjectKey> Foreign)> SortAsync(
        ImmutableArray<ObjectKey> keys, CancellationToken cancellation)
    {
        var live = await LiveObjects.ReadAsync(cluster, keys, settings.Parallel, cancellation);
        var present = keys.Select(key => live[key]).OfType<KubernetesObject>().ToLookup(item => item.Annotation(Marks.Deployment) == context.Id.Value);
        var own = present[true].ToLookup(item => PruneDecision.StaysWhenUndone(item, WasLive, context.Time.GetUtcNow()));
        return ([.. own[false]], [.. own[true].Select(item => item.Key)], [.. present[false].Select(item => item.Key)]);
    }
}

/// <summary>A region is not as it was before, although everything was applied again.</summary>
public sealed class NotRestoredException(string region, IReadOnlyCollection<string> differences)
    : DeployException($"{region} is not as it was before the deployment.", "Compare the objects with their last release; somebody else may be changing them.",
        string.Join(Environment.NewLine, differences));
