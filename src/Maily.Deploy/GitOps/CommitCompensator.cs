using System.Collections.Immutable;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Regions;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Processes;

namespace Maily.Deploy.GitOps;

/// <summary>Brings a region's folder back by a commit of its own, whatever others committed beside it, and waits until Argo CD has made that live.</summary>
sealed class CommitCompensator(ImmutableArray<RegionSpec> regions, ClusterSettings clusters, Func<GitOpsSettings> settings, ProcessRunner processes) : ICompensator
{
    // Between the cluster's clock and that of the machine which began the deployment.
    static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>What happens around the region's change.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <inheritdoc/>
    public string Type => CommitRegionStep.Compensator;

    /// <inheritdoc/>
    public async Task<CompensationResult> CompensateAsync(
        StepContext context, StepId step, RestorePoint restorePoint, StepOutputs outputs, CancellationToken cancellation)
    {
        var point = restorePoint.Read<CommitRestorePoint>();
        if (regions.FirstOrDefault(region => region.Name == point.Region) is not { } region)
            return CompensationResult.NeedsPerson($"the region {point.Region} is not declared any more; declare it, or bring {point.Path} back to what it was in {point.Commit[..7]} by hand");
        var cluster = new ClusterReader(region, clusters, context.Deployment.Time);
        using var clone = await ManifestsClone.OpenAsync(settings().Repository, processes, cancellation);
        await Hook.BeforeAsync(region, context, cancellation);
        var result = await UndoAsync(new(cluster, clone, point, settings()), context, cancellation);
        await Hook.AfterAsync(region, context, cancellation);
        return result;
    }

    async Task<CompensationResult> UndoAsync(Place place, StepContext context, CancellationToken cancellation)
    {
        var (clone, point) = (place.Copy, place.Point);
        var own = await clone.FindCommitAsync(context.Deployment.Id, point.Region, cancellation);
        var others = own is null ? [] : (await clone.OthersAsync(own, point.Path, cancellation)).Where(line => !line.Contains($"Take {context.Deployment.Id} back", StringComparison.Ordinal)).ToArray();
        var folder = new RegionFolder(clone.Folder, point.Path);
        var writer = new ManifestsRepositoryWriter(clone, place.Settings, context.Permit, context.Deployment.Time);
        var committed = own is null ? [] : await CommittedAsync(clone, own, point.Path, cancellation);
        var made = await writer.PutAsync(point.Path, CommitMessage.OfUndoing(context.Deployment, point.Region), token => folder.UnpackAsync(point.Files, token), cancellation);
        if (await clone.FindTreeAsync("HEAD", point.Path, cancellation) is var found && found != point.Tree)
            throw new FolderNotRestoredException(point.Path, point.Tree ?? "none", found ?? "none");
        var former = await folder.ReadAsync(cancellation);
        if (!point.TakesOver || !former.IsEmpty)
            await WaitAsync(place, context, made ?? await clone.HeadAsync(cancellation), former, cancellation);
        await new CommittedSecrets(place.Cluster, clusters, []).ForgetAsync(new(place.Cluster, context.Permit, context.Deployment.Time), former, context.Deployment.Id, cancellation);
        var kept = await RemoveAsync(place, context, committed, former, cancellation);
        var sentence = Sentence(place, own, made, former, others);
        return kept.IsEmpty ? CompensationResult.Undone(sentence)
            : CompensationResult.Kept($"{sentence}; kept, since people may have data in them: {string.Join(", ", kept)}; delete what may go with kubectl");
    }

    // By its own commit: an attempt before this one may have brought the folder back already.
    static async Task<ImmutableArray<KubernetesObject>> CommittedAsync(ManifestsClone clone, string commit, string path, CancellationToken cancellation)
    {
        await clone.CheckOutAsync(commit, path, cancellation);
        return await new RegionFolder(clone.Folder, path).ReadAsync(cancellation);
    }

    // Argo CD left what holds data: what this deployment has only just made goes all the same.
    async Task<ImmutableArray<ObjectKey>> RemoveAsync(
        Place place, StepContext context, ImmutableArray<KubernetesObject> committed, ImmutableArray<KubernetesObject> former, CancellationToken cancellation)
    {
        if (place.Point.TakesOver)
            return [];
        var wasLive = context.Deployment.Live?.Deployment == context.Deployment.Id;
        var left = await KeptByArgo.LeftAsync(place.Cluster, committed, former, clusters.Parallel, cancellation);
        var sorted = left.ToLookup(item => PruneDecision.StaysWhenUndone(item, wasLive, context.Deployment.Time.GetUtcNow()) || !(item.MadeAt >= context.Deployment.Id.BeganAt - Tolerance));
        await new Removal(place.Cluster, context.Deployment.Time).RunAsync(new(place.Cluster, context.Permit, context.Deployment.Time), [.. sorted[false]], clusters.Parallel, cancellation);
        return [.. sorted[true].Select(item => item.Key)];
    }

    Task WaitAsync(Place place, StepContext context, string commit, ImmutableArray<KubernetesObject> former, CancellationToken cancellation)
    {
        var key = ArgoApplication.KeyOf(place.Settings.ArgoNamespace, place.Settings.ApplicationOf(regions.First(region => region.Name == place.Point.Region)));
        var stuck = new StuckPods(place.Cluster, new ClusterWriter(place.Cluster, context.Permit, context.Deployment.Time), context.Deployment.Log);
        var revisions = new FolderRevisions(place.Copy, place.Point.Path, place.Point.Tree);
        return new ApplicationWait(place.Cluster, new(place.Cluster, context.Permit), key, place.Settings.Patience, clusters.Patience, context.Deployment.Time, context.Deployment.Log) { OnWaiting = stuck.DeleteAsync, BeginsDegraded = true }
            .RunAsync(new(commit, former, revisions.IsWantedAsync), cancellation);
    }

    static string Sentence(Place place, string? own, string? made, ImmutableArray<KubernetesObject> former, string[] others)
    {
        var what = own is null ? $"{place.Point.Path} was never changed" : made is null ? $"{place.Point.Path} is as before already" : $"{place.Point.Path} is as before by {made[..7]}";
        var live = former.IsEmpty ? place.Point.TakesOver ? "the objects stay as they were before Argo CD took them over" : "nothing was live before, and nothing is" : $"{former.Length} objects are live again";
        return $"{what}, {live}{(others.Length == 0 ? "" : $"; commits of others to it were taken back with it: {string.Join("; ", others)}")}";
    }

    sealed record Place(ClusterReader Cluster, ManifestsClone Copy, CommitRestorePoint Point, GitOpsSettings Settings);
}
