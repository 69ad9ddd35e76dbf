using System.Collections.Concurrent;
using System.Collections.Immutable;
using Maily.Deploy.Deployments.Releases;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.ApplySets;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Releases;

namespace Maily.Deploy.Drift;

/// <summary>Compares a region's live objects with those of the release: missing, changed, and those that carry our mark but are of no release.</summary>
/// <param name="region">The region.</param>
/// <param name="settings">How its cluster is reached.</param>
/// <param name="released">Knows the release's objects.</param>
/// <param name="time">The clock.</param>
public sealed class RegionDrift(RegionSpec region, ClusterSettings settings, IReleasedManifests released, TimeProvider time) : IDriftComparison
{
    /// <inheritdoc/>
    public async Task<DriftPart> CompareAsync(string name, ReleasedState release, CancellationToken cancellation)
    {
        var cluster = new ClusterReader(region, settings with { Retries = Math.Min(settings.Retries, 2) }, time);
        if (await WantedAsync(cluster, release.Live, cancellation) is not { } wanted)
            return new(name, DriftState.NotCompared, "the release has no objects here");
        var compared = await EachAsync(wanted, (item, token) => CompareAsync(cluster, item, token), cancellation);
        var marked = await new MarkedObjects(cluster, settings.Parallel).ListAsync(cancellation);
        var extra = marked.ExceptBy(wanted.Select(item => NameOf(item.Key)), item => NameOf(item.Key)).ToImmutableArray();
        var kept = extra.Where(item => IsKept(item, release)).ToImmutableArray();
        return DriftPart.Compared(name, $"{wanted.Length} objects compared{(kept.IsEmpty ? "" : $", {kept.Length} of former releases are kept, for a rollback or since they hold data")}",
            compared.OfType<DriftFinding>().Concat(extra.Except(kept).Select(item => new DriftFinding(item.Key.ToString(), DriftKind.Extra, $"applied by {item.Annotation(Marks.Deployment) ?? "Argo CD"}")))
                .OrderBy(finding => finding.What, StringComparer.Ordinal));
    }

    // As the cluster itself recorded them; what came by commits, as its commit renders it.
    async Task<ImmutableArray<KubernetesObject>?> WantedAsync(ClusterReader cluster, ReleaseRecord live, CancellationToken cancellation)
    {
        var records = (await ReleaseArchive.ListAllAsync(cluster, settings.Namespace, cancellation)).Where(record => record.Region == cluster.Region).OrderByDescending(record => record.At).ToArray();
        var wanted = ImmutableArray.CreateBuilder<KubernetesObject>();
        foreach (var (set, hash) in live.Manifests.Where(pair => pair.Key != region.Name && pair.Key.StartsWith($"{region.Name}/", StringComparison.Ordinal)))
            wanted.AddRange(records.FirstOrDefault(record => record.Manifests == hash)?.ToObjects().Select(Unmarked)
                ?? throw new ReleaseUnknownException(live, region, $"the cluster has no record of {set}", "Deploy again, which records what is applied."));
        if (records.FirstOrDefault(record => live.Manifests.GetValueOrDefault(region.Name) == record.Manifests) is { } found)
            return [.. wanted, .. found.ToObjects().Select(Unmarked)];
        if (await released.FindAsync(region, live, cancellation) is { } manifests)
            return [.. wanted, .. await new Placement(cluster, settings.Namespace, manifests.Objects).PlaceAsync(manifests.Objects, cancellation)];
        return wanted.Count == 0 ? null : wanted.ToImmutable();
    }

    // An object that a later release found as it was keeps the mark of the one before.
    static KubernetesObject Unmarked(KubernetesObject item)
    {
        var json = item.ToJson();
        json.Child("metadata").Child("annotations").Remove(Marks.Deployment);
        return new(json);
    }

    static async Task<DriftFinding?> CompareAsync(ClusterReader cluster, KubernetesObject wanted, CancellationToken cancellation)
    {
        if (await cluster.FindAsync(wanted.Key, cancellation) is not { } live)
            return new(wanted.Key.ToString(), DriftKind.Missing);
        try
        {
            var fields = FieldDrift.Find(wanted, live, await cluster.ForeignPreviewAsync(LeftFields.TakeOut(wanted, live), cancellation));
            return fields.IsEmpty ? null : new DriftFinding(live.Key.ToString(), DriftKind.Changed) { Fields = fields };
        }
        catch (ClusterRefusedException refused) when (refused.Status == 422)
        {
            // What cannot be brought back by an apply at all, such as another selector.
            return new(live.Key.ToString(), DriftKind.Changed, refused.Evidence);
        }
    }

    // Named by its content, an object stays as long as a former release refers to it; what holds data, until somebody lets it go.
    static bool IsKept(KubernetesObject item, ReleasedState release) => PruneDecision.ReasonToKeep(item) is not null
        || item.Kind is "ConfigMap" or "Secret" or "Job" && item.Annotation(Marks.Deployment) is { } deployment && release.Standing.Contains(deployment);

    // One object may be served in several groups.
    static string NameOf(ObjectKey key) => $"{key.Kind}/{key.Namespace}/{key.Name}";

    async Task<ConcurrentBag<DriftFinding?>> EachAsync(
        IReadOnlyCollection<KubernetesObject> items, Func<KubernetesObject, CancellationToken, Task<DriftFinding?>> compare, CancellationToken cancellation)
    {
        var findings = new ConcurrentBag<DriftFinding?>();
        var limit = new ParallelOptions { MaxDegreeOfParallelism = settings.Parallel, CancellationToken = cancellation };
        await Parallel.ForEachAsync(items, limit, async (item, token) => findings.Add(await compare(item, token)));
        return findings;
    }
}
