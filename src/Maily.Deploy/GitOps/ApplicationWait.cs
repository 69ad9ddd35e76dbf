using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Clusters;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.GitOps;

/// <summary>What Argo CD is to bring to a region.</summary>
/// <param name="Commit">The commit that made the folder so.</param>
/// <param name="Objects">What lies in it then.</param>
/// <param name="IsWantedAsync">Whether another commit holds the same in the region's folder: others commit beside it.</param>
sealed record WantedCommit(string Commit, ImmutableArray<KubernetesObject> Objects, Func<string, CancellationToken, Task<bool>> IsWantedAsync);

/// <summary>Asks Argo CD for a commit, and waits until it is synced, its workloads are rolled out, it is healthy, and the live images are its own.</summary>
sealed class ApplicationWait(ClusterReader cluster, ApplicationWriter writer, ObjectKey key, ArgoPatience patience, RolloutPatience rollouts, TimeProvider time, ILogger log)
{
    const int WatchSeconds = 240;
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    readonly Dictionary<string, bool> known = new(StringComparer.Ordinal);

    /// <summary>Called now and then with a workload that is not done yet; a compensation removes what blocks it there.</summary>
    public Func<KubernetesObject, WorkloadPods, CancellationToken, Task> OnWaiting { get; init; } = (_, _, _) => Task.CompletedTask;

    /// <summary>Whether health that is degraded may get better for as long as something happens: it is what a failed release left.</summary>
    public bool BeginsDegraded { get; init; }

    /// <summary>Waits for the commit.</summary>
    /// <exception cref="ApplicationFailedException">Argo CD fails, or takes too long.</exception>
    /// <exception cref="RolloutFailedException">New pods say that they will not get ready.</exception>
    /// <exception cref="ImagesDifferException">The live workloads run other images.</exception>
    public async Task RunAsync(WantedCommit wanted, CancellationToken cancellation)
    {
        var before = new ArgoApplication(await RequireAsync(cancellation));
        var limits = BeginsDegraded ? patience with { Tolerance = patience.NoActivity } : patience;
        var progress = new ApplicationProgress(before, wanted.Commit, mustOperate: wanted.Objects.IsEmpty, limits, time);
        await writer.RefreshAsync(key, cancellation);
        try
        {
            await UntilAsync(progress, wanted, next => next is ArgoNext.Synced or ArgoNext.Healthy, cancellation);
            await new RolloutWait(cluster, rollouts, time, log) { OnWaiting = OnWaiting }.ForAllAsync(WorkloadsOf(wanted), cancellation);
            progress.Resume();
            await UntilAsync(progress, wanted, next => next is ArgoNext.Healthy, cancellation);
        }
        catch (ApplicationFailedException failed)
        {
            throw failed.With(await DiagnoseAsync(wanted, cancellation));
        }

        if (await LiveImages.DifferencesAsync(cluster, wanted.Objects, cancellation) is { IsEmpty: false } differences)
            throw new ImagesDifferException(cluster.Region, differences);
    }

    async Task UntilAsync(ApplicationProgress progress, WantedCommit wanted, Func<ArgoNext, bool> isThere, CancellationToken cancellation)
    {
        var live = await RequireAsync(cancellation);
        var said = "";
        while (true)
        {
            var application = new ArgoApplication(live);
            await LearnAsync(application, wanted, cancellation);
            var next = progress.Decide(application, revision => known.GetValueOrDefault(revision));
            if (progress.Text != said)
                log.LogInformation("{Region}: {Application} {Text}", cluster.Region, key.Name, said = progress.Text);
            if (isThere(next))
                return;
            if (next == ArgoNext.Refresh)
                await writer.RefreshAsync(key, cancellation);
            if (next == ArgoNext.Sync)
                await SyncAsync(application, wanted, cancellation);
            live = await NextAsync(live, cancellation);
        }
    }

    async Task SyncAsync(ArgoApplication application, WantedCommit wanted, CancellationToken cancellation)
    {
        try
        {
            await writer.SyncAsync(application, wanted.Commit, prune: true, cancellation);
        }
        catch (ClusterRefusedException overtaken) when (overtaken.Status == 409)
        {
            // It changed meanwhile: what comes next is decided by what it is now.
        }
    }

    async Task LearnAsync(ArgoApplication application, WantedCommit wanted, CancellationToken cancellation)
    {
        foreach (var revision in application.SyncRevisions.Concat(application.OperationRevisions).Where(revision => !known.ContainsKey(revision)).Distinct(StringComparer.Ordinal).ToArray())
            known[revision] = await wanted.IsWantedAsync(revision, cancellation);
    }

    // A change is seen at once; a watch that was cut off costs a second.
    async Task<KubernetesObject> NextAsync(KubernetesObject last, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Tick, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            if (await ChangeAsync(last, both.Token) is { } changed)
                return changed;
            await Task.Delay(Tick, time, both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Time passes without any change too.
        }

        return await RequireAsync(cancellation);
    }

    async Task<KubernetesObject?> ChangeAsync(KubernetesObject last, CancellationToken cancellation)
    {
        var resource = await cluster.Discovery.FindAsync(last.Key.ApiVersion, last.Kind, cancellation) ?? throw new UnknownKindException(cluster.Region, last.Key);
        var path = $"{resource.CollectionPath(last.Key.Namespace)}?watch=true&fieldSelector={Uri.EscapeDataString($"metadata.name={last.Key.Name}")}"
            + $"&resourceVersion={last.Json.Text("metadata", "resourceVersion")}&timeoutSeconds={WatchSeconds}";
        await using var events = await WatchStream.OpenAsync(cluster.Connection, path, time, cancellation);
        while (await events.NextAsync(cancellation) is { } change)
            if (change.Text("type") is "ADDED" or "MODIFIED" && change.At("object") is JsonObject json && json.Text("metadata", "name") == last.Key.Name)
                return new KubernetesObject((JsonObject)json.DeepClone());
        return null;
    }

    async Task<string?> DiagnoseAsync(WantedCommit wanted, CancellationToken cancellation)
    {
        try
        {
            // Asked with no patience at all, it says at once what the new pods say.
            await new RolloutWait(cluster, rollouts with { Total = TimeSpan.Zero }, time, log).ForAllAsync(WorkloadsOf(wanted), cancellation);
            return null;
        }
        catch (RolloutFailedException failed)
        {
            return $"{failed.Workload}: {failed.Evidence}";
        }
        catch (DeployException unread)
        {
            return $"(the pods could not be read: {unread.Fact})";
        }
    }

    async Task<KubernetesObject> RequireAsync(CancellationToken cancellation) => await cluster.FindAsync(key, cancellation) ?? throw new ApplicationMissingException(cluster.Region, key);

    static IEnumerable<ObjectKey> WorkloadsOf(WantedCommit wanted) => wanted.Objects.Select(item => item.Key).Where(Workloads.RollsOut);
}

/// <summary>Compares images of live workloads with wanted ones.</summary>
static class LiveImages
{
    /// <summary>One line for each workload that runs other images, or is not there.</summary>
    public static async Task<ImmutableArray<string>> DifferencesAsync(ClusterReader cluster, ImmutableArray<KubernetesObject> wanted, CancellationToken cancellation)
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        foreach (var item in wanted.Where(item => Workloads.ImagesOf(item).Any()))
        {
            var live = await cluster.FindAsync(item.Key, cancellation);
            var (found, images) = (live is null ? [] : Workloads.ImagesOf(live).ToArray(), Workloads.ImagesOf(item).ToArray());
            // An admission controller may add containers of its own beside ours.
            if (images.Except(found, StringComparer.Ordinal).ToArray() is { Length: > 0 } missing)
                differences.Add($"{item.Key}: runs {(found.Length == 0 ? "nothing" : string.Join(", ", found))}, wanted is {string.Join(", ", missing)}");
        }

        return differences.ToImmutable();
    }
}

/// <summary>A region's Application is not there.</summary>
public sealed class ApplicationMissingException(string region, ObjectKey application)
    : DeployException($"{region} has no {application}.", "Make it: `kubectl apply -k src/Platform/argocd/regions/<region>`.");

/// <summary>Argo CD says that a commit is live, but the workloads run other images.</summary>
public sealed class ImagesDifferException(string region, ImmutableArray<string> differences)
    : DeployException($"The workloads of {region} do not run the images of the release.", "See what changes them: image overrides of the Application (spec.source.kustomize.images), ignored differences, or an admission controller.",
        string.Join(Environment.NewLine, differences));
