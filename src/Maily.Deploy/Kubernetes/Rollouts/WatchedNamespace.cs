using System.Collections.Immutable;
using System.Threading.Channels;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Kubernetes.Rollouts;

/// <summary>
/// All that tells how rollouts of one namespace go, kept up by watches: the workloads at once; their pods, what stands between, and the
/// events about them from when a rollout is seen not to be done.
/// </summary>
sealed class WatchedNamespace : IAsyncDisposable
{
    static readonly ImmutableDictionary<string, (string ApiVersion, string Kind)> Between = ImmutableDictionary<string, (string, string)>.Empty
        .Add("Deployment", ("apps/v1", "ReplicaSet")).Add("DaemonSet", ("apps/v1", "ControllerRevision"));

    readonly ClusterReader cluster;
    readonly string? space;
    readonly TimeProvider time;
    readonly ILogger log;
    readonly ImmutableDictionary<string, ObjectWatch> workloads;
    readonly CancellationTokenSource end;
    readonly List<Task> following = [];
    readonly Channel<bool> changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    readonly Dictionary<string, ObjectWatch> details = new(StringComparer.Ordinal);

    public WatchedNamespace(ClusterReader cluster, string? space, IEnumerable<ObjectKey> keys, TimeProvider time, ILogger log, CancellationToken cancellation)
    {
        (this.cluster, this.space, this.time, this.log, end) = (cluster, space, time, log, CancellationTokenSource.CreateLinkedTokenSource(cancellation));
        workloads = keys.Select(key => (key.ApiVersion, key.Kind)).Distinct().ToImmutableDictionary(kind => kind.Kind, kind => Watch(kind.ApiVersion, kind.Kind));
    }

    /// <summary>Whether the workloads have been read.</summary>
    public bool IsListed => workloads.Values.All(watch => watch.IsListed);

    /// <summary>The workload as last heard of, or null.</summary>
    public KubernetesObject? Find(ObjectKey key) => workloads[key.Kind].Find(key.Name);

    /// <summary>The pods; none before <see cref="WatchDetails"/>.</summary>
    public IEnumerable<KubernetesObject> Pods => Details("Pod");

    /// <summary>The replica sets of Deployments.</summary>
    public IEnumerable<KubernetesObject> ReplicaSets => Details("ReplicaSet");

    /// <summary>The revisions of DaemonSets.</summary>
    public IEnumerable<KubernetesObject> Revisions => Details("ControllerRevision");

    /// <summary>What the cluster's parts say about objects.</summary>
    public IEnumerable<KubernetesObject> Events => Details("Event");

    /// <summary>Begins to watch pods and events too.</summary>
    public void WatchDetails()
    {
        if (details.Count > 0)
            return;
        details["Pod"] = Watch("v1", "Pod");
        details["Event"] = Watch("v1", "Event");
        foreach (var (apiVersion, kind) in workloads.Keys.Where(Between.ContainsKey).Select(kind => Between[kind]))
            details[kind] = Watch(apiVersion, kind);
    }

    /// <summary>Waits for a change, or for the time to have passed.</summary>
    /// <exception cref="DeployException">Something cannot be watched any more.</exception>
    public async Task NextAsync(TimeSpan atMost, CancellationToken cancellation)
    {
        using var enough = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, enough.Token);
        try
        {
            await changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // Nothing changed; but time has passed, and that may be what decides.
        }

        foreach (var ended in following.Where(task => task.IsFaulted))
            await ended;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(following).ContinueWith(ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        end.Dispose();
    }

    IEnumerable<KubernetesObject> Details(string kind) => details.TryGetValue(kind, out var watch) ? watch.All : [];

    ObjectWatch Watch(string apiVersion, string kind)
    {
        var watch = new ObjectWatch(cluster, apiVersion, kind, space, time);
        following.Add(FollowAsync(watch, kind));
        return watch;
    }

    async Task FollowAsync(ObjectWatch watch, string kind)
    {
        try
        {
            await watch.FollowAsync(Wake, end.Token);
        }
        catch (ClusterRefusedException refused) when (refused.Status == 403 && kind == "Event")
        {
            // Events only make a diagnosis say more.
            log.LogWarning("{Region}: events of {Namespace} may not be read, so that a failure is explained less well", cluster.Region, space);
        }
        catch (DeployException)
        {
            Wake();
            throw;
        }
    }

    void Wake() => changes.Writer.TryWrite(true);
}
