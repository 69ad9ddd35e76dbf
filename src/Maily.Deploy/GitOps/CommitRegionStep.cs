using System.Collections.Immutable;
using System.Globalization;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.KeyedSecrets;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Processes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.GitOps;

/// <summary>Commits one region's manifests, and waits until Argo CD has made them live.</summary>
sealed class CommitRegionStep(
    RegionSpec region, ClusterSettings clusters, GitOpsSettings settings, ReleaseManifests manifests, IReadOnlyDictionary<string, string> images, ProcessRunner processes) : Step
{
    /// <summary>The name of its way back.</summary>
    public const string Compensator = "gitops.commit";

    /// <summary>The output that says when what it committed was rolled out; not there where it found all as wanted.</summary>
    public const string RolledOut = "rolledOut";

    readonly string path = GitOpsSettings.PathOf(region);

    /// <summary>What happens around the region's change.</summary>
    public IRegionHook Hook { get; init; } = NoRegionHook.Instance;

    /// <summary>The Secrets that the manifests name and the secrets source holds.</summary>
    public ImmutableArray<ClusterSecret> Secrets { get; init; } = [];

    /// <inheritdoc/>
    public override StepKind Kind => StepKind.Reversible;

    /// <inheritdoc/>
    public override string CompensatorType => Compensator;

    ObjectKey Application => ArgoApplication.KeyOf(settings.ArgoNamespace, settings.ApplicationOf(region));

    /// <inheritdoc/>
    public override async Task<RestorePoint> CaptureAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        var tree = await clone.FindTreeAsync("HEAD", path, cancellation);
        string? files = null;
        if (tree is not null)
        {
            var archive = clone.Folder + ".tar";
            await clone.ArchiveAsync(path, archive, cancellation);
            files = await RegionFolder.PackAsync(archive, cancellation);
        }

        var takesOver = context.Live is { } live && live.Strategy != Strategy.GitOps && live.Manifests.ContainsKey(region.Name);
        return RestorePoint.Of(new CommitRestorePoint(region.Name, path, await clone.HeadAsync(cancellation), tree, files, takesOver));
    }

    /// <inheritdoc/>
    public override async Task<Finding> FindAsync(DeploymentContext context, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        var cluster = new ClusterReader(region, clusters, context.Time);
        var state = await StateAsync(clone, cluster, cancellation);
        if (!state.IsLive || state.Wanted is not { } named || !(await SecretsIn(cluster).MissingAsync(cancellation)).IsEmpty)
            return Finding.Absent;
        var own = await clone.FindCommitAsync(context.Id, region.Name, cancellation);
        // One that was killed before it wrote down when is watched from now on.
        return own is null ? Finding.AsWanted(OutputsOf(named, state.Commit)) : Finding.ByThis(OutputsOf(named, own, context.Time.GetUtcNow()));
    }

    /// <inheritdoc/>
    public override async Task<StepOutputs> ApplyAsync(StepContext context, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        var cluster = new ClusterReader(region, clusters, context.Deployment.Time);
        await Hook.BeforeAsync(region, context, cancellation);
        var clusterWriter = new ClusterWriter(cluster, context.Permit, context.Deployment.Time);
        var named = await SecretsIn(cluster).EnsureAsync(clusterWriter, manifests, context.Deployment.Id, cancellation);
        var wanted = await PlaceAsync(cluster, named, cancellation);
        var writer = new ManifestsRepositoryWriter(clone, settings, context.Permit, context.Deployment.Time);
        var made = await writer.PutAsync(path, CommitMessage.OfRelease(context.Deployment, region.Name, named), token => new RegionFolder(clone.Folder, path).WriteAsync(wanted, token), cancellation);
        // Made by a run before this one that did not live to write it down, or by others with the very same content.
        var commit = made ?? await clone.FindCommitAsync(context.Deployment.Id, region.Name, cancellation) ?? await clone.HeadAsync(cancellation);
        context.Deployment.Log.LogInformation("{Region}: {Count} objects are in {Path} of {Commit}, waiting for Argo CD", region.Name, wanted.Length, path, commit[..7]);
        var revisions = new FolderRevisions(clone, path, await clone.FindTreeAsync(commit, path, cancellation));
        await new ApplicationWait(cluster, new(cluster, context.Permit), Application, settings.Patience, clusters.Patience, context.Deployment.Time, context.Deployment.Log)
            .RunAsync(new(commit, wanted, revisions.IsWantedAsync), cancellation);
        await Hook.AfterAsync(region, context, cancellation);
        await SecretsIn(cluster).ExpireAsync(clusterWriter, clone, path, wanted, context.Deployment.Id, cancellation);
        return OutputsOf(named, commit, context.Deployment.Time.GetUtcNow());
    }

    /// <inheritdoc/>
    public override async Task<Verification> VerifyAsync(DeploymentContext context, StepOutputs outputs, CancellationToken cancellation)
    {
        using var clone = await ManifestsClone.OpenAsync(settings.Repository, processes, cancellation);
        var cluster = new ClusterReader(region, clusters, context.Time);
        var state = await StateAsync(clone, cluster, cancellation);
        var missing = await SecretsIn(cluster).MissingAsync(cancellation);
        return new Verification(state.IsLive && missing.IsEmpty && outputs["manifests"] == state.Wanted?.Hash,
            $"manifests {outputs["manifests"]?[..12]} in {path}, synced and healthy", missing.IsEmpty ? state.Text : string.Join("; ", missing));
    }

    CommittedSecrets SecretsIn(ClusterReader cluster) => new(cluster, clusters, Secrets);

    async Task<ImmutableArray<KubernetesObject>> PlaceAsync(ClusterReader cluster, ReleaseManifests named, CancellationToken cancellation)
    {
        var labelled = named.Labelled();
        return [.. (await new Placement(cluster, clusters.Namespace, labelled).PlaceAsync(labelled, cancellation)).Select(KeptByArgo.Mark)];
    }

    // Asked without a refresh: what Argo CD says of a commit with this content stays true until it looks at another one.
    async Task<FolderState> StateAsync(ManifestsClone clone, ClusterReader cluster, CancellationToken cancellation)
    {
        var (head, before) = (await clone.HeadAsync(cancellation), await clone.FindTreeAsync("HEAD", path, cancellation));
        if (await SecretsIn(cluster).NameAsync(manifests, cancellation) is not { } named)
            return new(false, head, "the cluster has no key for the names of Secrets", null);
        FolderState Not(string text) => new(false, head, text, named);
        var wanted = await PlaceAsync(cluster, named, cancellation);
        await new RegionFolder(clone.Folder, path).WriteAsync(wanted, cancellation);
        if (await clone.StagedTreeAsync(path, cancellation) != before)
            return Not($"{path} of {head[..7]} holds something else");
        if (await cluster.FindAsync(Application, cancellation) is not { } live)
            throw new ApplicationMissingException(region.Name, Application);
        var application = new ArgoApplication(live);
        var revisions = new FolderRevisions(clone, path, before);
        foreach (var revision in application.SyncRevisions)
            if (!await revisions.IsWantedAsync(revision, cancellation))
                return Not($"{Application.Name} was compared with {revision}");
        if (application is not { SyncStatus: "Synced", Health: "Healthy", IsOperating: false } || application.SyncRevisions.IsEmpty)
            return Not($"{Application.Name} is {application.SyncStatus} and {application.Health}");
        var differences = await LiveImages.DifferencesAsync(cluster, wanted, cancellation);
        return differences.IsEmpty ? new(true, head, $"{path} of {head[..7]} is synced and healthy", named) : Not(string.Join("; ", differences));
    }

    StepOutputs OutputsOf(ReleaseManifests named, string commit, DateTimeOffset? rolledOut = null) => StepOutputs.Of(
    [
        ("manifests", named.Hash), ("revision", commit),
        .. rolledOut is { } at ? [(RolledOut, at.ToString("O", CultureInfo.InvariantCulture))] : Array.Empty<(string, string)>(),
        ("images", string.Join(' ', images.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))),
    ]);

    /// <summary>How far a region is.</summary>
    /// <param name="IsLive">Whether the wanted manifests are.</param>
    /// <param name="Commit">The branch's commit.</param>
    /// <param name="Text">What is so, in words.</param>
    /// <param name="Wanted">What is wanted, with the names that the Secrets have in the cluster; null while it has no key for them.</param>
    sealed record FolderState(bool IsLive, string Commit, string Text, ReleaseManifests? Wanted);
}
