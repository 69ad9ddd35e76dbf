using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;

namespace Maily.Deploy.Kubernetes.Regions;

/// <summary>Applies objects group by group in the order of their kinds, within a group side by side; what is as wanted is left alone.</summary>
sealed class ManifestApply(ClusterReader cluster, ClusterWriter writer, ClusterSettings settings, TimeProvider time)
{
    static readonly TimeSpan EstablishLimit = TimeSpan.FromSeconds(60);
    static readonly TimeSpan SchemaLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether an object whose mark alone differs gets the wanted one; else it keeps that of the deployment that changed it last.</summary>
    public bool SetsMarks { get; init; }

    /// <summary>Applies all; the first refusal ends it.</summary>
    /// <returns>How many were not as wanted.</returns>
    /// <exception cref="NotRemovedException">One was being deleted, and is still there when the time is over.</exception>
    public async Task<int> RunAsync(ImmutableArray<KubernetesObject> objects, bool force, CancellationToken cancellation)
    {
        var live = await LiveAsync(objects, cancellation);
        var left = objects.Select(item => LeftFields.TakeOut(item, live[item.Key])).Where(item => live[item.Key] is not { } found || !OwnedComparison.IsAsWanted(item, found, SetsMarks)).ToList();
        var changed = left.Where(CustomKinds.IsDefinition).Select(CustomKinds.GroupKindOf).ToHashSet(StringComparer.Ordinal);
        foreach (var group in left.GroupBy(item => ApplyOrder.GroupOf(item.Kind)).OrderBy(group => group.Key))
        {
            await SideBySideAsync([.. group], item => ApplyAsync(item, force, live[item.Key], changed.Contains(item.Key.GroupKind), cancellation), cancellation);
            await SideBySideAsync([.. group.Where(CustomKinds.IsDefinition)], item => EstablishedAsync(item, objects, cancellation), cancellation);
        }

        return left.Count;
    }

    // What is applied to an object on its way out goes with it.
    async Task<LiveObjects> LiveAsync(ImmutableArray<KubernetesObject> objects, CancellationToken cancellation)
    {
        Task<LiveObjects> ReadAsync() => LiveObjects.ReadAsync(cluster, objects.Select(item => item.Key), settings.Parallel, cancellation);
        var live = await ReadAsync();
        KubernetesObject[] leaving = [.. objects.Select(item => live[item.Key]).OfType<KubernetesObject>().Where(item => item.IsLeaving)];
        if (leaving.Length == 0)
            return live;
        await new Removal(cluster, time).WaitAsync(leaving, cancellation);
        return await ReadAsync();
    }

    // Right after a definition has changed, servers may still judge by the former one, or not know the kind yet.
    async Task ApplyAsync(KubernetesObject item, bool force, KubernetesObject? seen, bool kindChanged, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + SchemaLimit;
        while (true)
            try
            {
                await writer.ApplyAsync(item, force, cancellation, seen);
                return;
            }
            catch (ClusterRefusedException refused) when (kindChanged && (refused.IsOfSchema || refused.Status == 404) && time.GetUtcNow() < deadline)
            {
                await Task.Delay(Pause, time, cancellation);
            }
    }

    // Running applies finish when one fails: a cut connection would leave open whether the change was made.
    async Task SideBySideAsync(ImmutableArray<KubernetesObject> group, Func<KubernetesObject, Task> run, CancellationToken cancellation)
    {
        Exception? first = null;
        using var limit = new SemaphoreSlim(settings.Parallel);
        await Task.WhenAll(group.Select(async item =>
        {
            await limit.WaitAsync(cancellation);
            try
            {
                if (Volatile.Read(ref first) is null)
                    await run(item);
            }
            catch (Exception failure)
            {
                Interlocked.CompareExchange(ref first, failure, null);
            }
            finally
            {
                limit.Release();
            }
        }));
        if (first is not null)
            ExceptionDispatchInfo.Throw(first);
    }

    async Task EstablishedAsync(KubernetesObject definition, ImmutableArray<KubernetesObject> objects, CancellationToken cancellation)
    {
        var deadline = time.GetUtcNow() + EstablishLimit;
        while (await cluster.FindAsync(definition.Key, cancellation) is { } live && !IsEstablished(live))
            await PauseAsync(undiscovered: null);
        // Established is what the API promises; what it lists follows a little later.
        foreach (var version in CustomKinds.NeededOf(definition, objects))
            while (await cluster.Discovery.FindAsync(version, CustomKinds.KindOf(definition), cancellation) is null)
                await PauseAsync($"{version} {CustomKinds.KindOf(definition)}");

        async Task PauseAsync(string? undiscovered)
        {
            if (time.GetUtcNow() >= deadline)
                throw new NotEstablishedException(definition.Key, cluster.Region, undiscovered);
            await Task.Delay(Pause, time, cancellation);
        }
    }

    static bool IsEstablished(KubernetesObject live) => live.Json.Objects("status", "conditions")
        .Any(condition => condition.Text("type") == "Established" && condition.Text("status") == "True");
}

/// <summary>A new kind is not served in time.</summary>
/// <param name="definition">The definition.</param>
/// <param name="region">The region.</param>
/// <param name="undiscovered">A version and kind that it serves and the API does not list, though it is established; null where it is not even that.</param>
public sealed class NotEstablishedException(ObjectKey definition, string region, string? undiscovered)
    : DeployException(
        undiscovered is null ? $"{definition} in {region} is not established after a minute." : $"{definition} in {region} is established, but the API does not list {undiscovered} after a minute.",
        undiscovered is null ? "See its conditions: `kubectl describe crd`." : "Wait until `kubectl api-resources` lists the kind, or look at the API server; then deploy again.");
