using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Plans;
using Maily.Deploy.Kubernetes.Policies;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Kubernetes.Waves;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Applies one region's manifests, waits until they are rolled out, and writes the release's record into the cluster.</summary>
sealed class DeployRegionStep(
    RegionSpec region, ClusterSettings settings, ReleaseManifests manifests, IReadOnlyDictionary<string, string> images) : Step
{
    /// <summary>The name of its way back.</summary>
    public const string Compensator = "kubernetes.manifests";

    /// <summary>The Secrets that the manifests name and the secrets source holds.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <summary>How many regions are looked at or applied to at once: all objects of each are in memory then. Rollouts are waited for side by side.</summary>
    public SemaphoreSlim Turns { get; init; } = new(1);

    /// <summary>The same manifests as they can be known before their images are built: what a plan rests on.</summary>
    public required ReleaseManifests Foreseen { get; init; }

    /// <summary>What happens around the region's change.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <summary>What is asked of manifests; null asks nothing.</summary>
    public ManifestGate? Gate { get; init; }

    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Reversible;

    /// <inheritdoc/>
    public override string CompensatorType => Compensator;

    /// <inheritdoc/>
    public override async Task<StepPreview?> PreviewAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var wanted = await Release(cluster).PlaceAsync(Secrets, context.Id, cancellation);
        var foreseen = await new RegionRelease(cluster, settings, Id.Stage, Foreseen).PlaceAsync(Secrets, context.Id, cancellation);
        return await new RegionPreview(cluster, settings).OfAsync(wanted, foreseen, cancellation);
    }

    /// <inheritdoc/>
    public override Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation) => InTurnAsync(() => PointAsync(context, cancellation), cancellation);

    async Task<RestorePoint> PointAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var release = Release(cluster);
        var point = await RegionRestorePoint.CaptureAsync(cluster, settings, await release.PlaceAsync(Secrets, context.Id, cancellation), cancellation);
        return RestorePoint.Of(point with { Former = (await release.Archive.FindNewestAsync(cancellation))?.Deployment });
    }

    /// <inheritdoc/>
    public override Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation) => InTurnAsync(() => LookAsync(context, cancellation), cancellation);

    async Task<Finding> LookAsync(DeploymentContext context, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var release = Release(cluster);
        var wanted = await release.PlaceAsync(Secrets, context.Id, cancellation);
        // Looked at in any case: what cannot be applied is refused before the first change.
        var state = await RegionState.ReadAsync(cluster, wanted.Objects, settings.Parallel, cancellation);
        if (wanted.Names is not { } names || !state.IsAsWanted || !(await release.Vault.MissingAsync(names, cancellation)).IsEmpty)
            return Finding.Absent;
        if (!await IsMarkedAsync(cluster, wanted, context, cancellation))
            return Finding.AsWanted(OutputsOf(release, names));
        // The record comes last: without it the deployment was killed before it had come to its end here.
        return await release.Archive.FindAsync(context.Id, cancellation) is null ? Finding.Absent : Finding.ByThis(OutputsOf(release, names));
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        var cluster = Read(context.Deployment);
        var (release, log, time) = (Release(cluster), context.Deployment.Log, context.Deployment.Time);
        // As they are applied: with images by digest, and by whatever plan they came here.
        if (Gate is not null)
            await Gate.AdmitAsync(region, manifests.Objects, pinned: true, log, cancellation);
        var writer = new ClusterWriter(cluster, context.Permit, time);
        await Hook.BeforeAsync(region, context, cancellation);
        var (names, wanted, count) = await InTurnAsync(async () =>
        {
            var apply = new ManifestApply(cluster, writer, settings, time);
            var (names, wanted) = await PrepareAsync(apply, writer, release, context.Deployment, cancellation);
            await new ApplySetBooks(cluster, writer, settings).WidenAsync(wanted, context.Deployment.Id, cancellation);
            return (names, wanted, await apply.RunAsync(wanted.Objects, settings.ForceConflicts, cancellation));
        }, cancellation);
        log.LogInformation("{Region}: {Count} of {All} objects applied, the others are as wanted; waiting for rollouts", region.Name, count, wanted.Objects.Length);
        await new RolloutWait(cluster, settings.Patience, time, log).ForAllAsync(wanted.Keys.Where(Workloads.RollsOut), cancellation);
        await Hook.AfterAsync(region, context, cancellation);
        await release.RecordAsync(writer, context.Deployment, names, wanted.Objects, cancellation);
        return OutputsOf(release, names);
    }

    /// <inheritdoc/>
    public override Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation) =>
        InTurnAsync(() => JudgeAsync(context, outputs, cancellation), cancellation);

    async Task<Verification> JudgeAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        var cluster = Read(context);
        var release = Release(cluster);
        var wanted = await release.PlaceAsync(Secrets, context.Id, cancellation);
        if (wanted.Names is not { } names)
            return new Verification(false, "the key of the Secrets' names", "absent");
        var (state, hash) = (await RegionState.ReadAsync(cluster, wanted.Objects, settings.Parallel, cancellation), release.HashOf(names));
        var faults = state.Different.Concat(state.Unfinished).Concat(await release.Vault.MissingAsync(names, cancellation)).ToList();
        if (!await IsMarkedAsync(cluster, wanted, context, cancellation))
            faults.Add($"{wanted.Parent.Key}: not marked by {context.Id}");
        return new Verification(faults.Count == 0 && outputs["manifests"] == hash, $"manifests {hash[..12]} with {string.Join(", ", manifests.Images)}",
            faults.Count == 0 ? $"manifests {outputs["manifests"]}" : string.Join("; ", faults.Take(5)));
    }

    // Secrets and the set's books lie in a namespace of the release, and pods must find the Secrets: so they are made between the two.
    async Task<(SecretNames, RegionManifests)> PrepareAsync(
        ManifestApply apply, ClusterWriter writer, RegionRelease release, DeploymentContext context, CancellationToken cancellation)
    {
        var unnamed = await release.PlaceAsync([], context.Id, cancellation);
        ImmutableArray<KubernetesObject> spaces = [.. unnamed.Objects.Where(item => item.Kind == "Namespace" && item.Key.Name == settings.Namespace)];
        await apply.RunAsync(spaces, settings.ForceConflicts, cancellation);
        var names = await release.Vault.EnsureAsync(writer, Secrets, context.Id, cancellation);
        return (names, await release.PlaceAsync(Secrets, context.Id, cancellation));
    }

    async Task<T> InTurnAsync<T>(Func<Task<T>> look, CancellationToken cancellation)
    {
        await Turns.WaitAsync(cancellation);
        try
        {
            return await look();
        }
        finally
        {
            Turns.Release();
        }
    }

    StepOutputs OutputsOf(RegionRelease release, SecretNames names) => StepOutputs.Of(
        ("manifests", release.HashOf(names)), ("images", string.Join(' ', images.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))));

    ClusterReader Read(DeploymentContext context) => new(region, settings, context.Time);

    RegionRelease Release(ClusterReader cluster) => new(cluster, settings, Id.Stage, manifests);

    async Task<bool> IsMarkedAsync(ClusterReader cluster, RegionManifests wanted, DeploymentContext context, CancellationToken cancellation) =>
        (await new ApplySetReader(cluster, settings).FindAsync(wanted.Parent, cancellation))?.Annotation(Marks.Deployment) == context.Id.Value;
}
