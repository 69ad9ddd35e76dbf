using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Kubernetes.Controllers;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Nodes;

/// <summary>
/// Plays scheduler and kubelet for a real control plane, by the rules of the embedded one: pods are bound, started and made ready,
/// or fail as told. No process runs.
/// </summary>
internal sealed class SandboxNode : IAsyncDisposable
{
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    readonly NodeApi api;
    readonly NodeLogs logs;
    readonly NodeOptions options;
    readonly PodFate fate;
    readonly CancellationTokenSource stop = new();
    Task running = Task.CompletedTask;

    SandboxNode(string kubeconfigPath, NodeOptions options, ClusterFaults faults)
    {
        this.options = options;
        api = new NodeApi(kubeconfigPath);
        fate = new PodFate(faults, options.ImageExists);
        logs = new NodeLogs(api, fate, options.Time);
    }

    DateTimeOffset Now => options.Time.GetUtcNow();

    /// <summary>Adds the node to the cluster and runs its pods from then on.</summary>
    public static async Task<SandboxNode> StartAsync(string kubeconfigPath, NodeOptions options, ClusterFaults faults, CancellationToken ct)
    {
        var node = new SandboxNode(kubeconfigPath, options, faults);
        try
        {
            await node.logs.Start(ct);
            await node.api.Register(ClusterContent.NodeObject(node.Now, node.logs.Port), ct);
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }

        node.running = Task.Run(node.Run, CancellationToken.None);
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await logs.DisposeAsync();
        api.Dispose();
        stop.Dispose();
    }

    async Task Run()
    {
        while (!stop.IsCancellationRequested)
            await Task.Delay(await Round() ? options.Pace : Rest, options.Time, stop.Token);
    }

    /// <summary>True where something was changed, so that there may be more to do at once.</summary>
    async Task<bool> Round()
    {
        try
        {
            var changed = false;
            foreach (var pod in await api.Pods(stop.Token)) changed |= await Step(pod);
            return changed;
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            // A busy API answers the next round.
            return false;
        }
    }

    async Task<bool> Step(JsonObject pod)
    {
        if (pod.IsBeingDeleted())
        {
            await api.Remove(pod, stop.Token);
            return true;
        }

        if (pod.Text("status", "phase") is "Succeeded" or "Failed") return false;
        var failure = await fate.FailureOf(pod, Workloads.NameOf(pod), stop.Token);
        return pod.Text("spec", "nodeName") is null ? await Schedule(pod, failure as CannotBeScheduled) : await Advance(pod, failure);
    }

    async Task<bool> Schedule(JsonObject pod, CannotBeScheduled? failure)
    {
        if (failure is null) await api.Bind(pod, stop.Token);
        else if (Conditions.Find(pod, "PodScheduled").Text("reason") == "Unschedulable") return false;
        else await Report(pod, PodStates.Unschedulable(pod, failure, Now), failure);
        return true;
    }

    async Task<bool> Advance(JsonObject pod, WorkloadFailure? failure)
    {
        if (PodStates.Next(pod, failure, Now) is not { } status) return false;
        fate.GiveAddress(pod, status, Now);
        await Report(pod, status, failure);
        return true;
    }

    async Task Report(JsonObject pod, JsonObject status, WorkloadFailure? failure)
    {
        await api.SetStatus(pod, status, stop.Token);
        if (PodEvents.Of(pod, failure, Now) is { } warning) await api.Record(warning, pod.Namespace()!, stop.Token);
    }
}

/// <summary>How a node behaves.</summary>
public sealed record NodeOptions
{
    /// <summary>How long a pod takes for each of its steps.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Tells whether an image exists in its registry; null: every image does. One that does not is not pulled.</summary>
    public Func<string, CancellationToken, Task<bool>>? ImageExists { get; init; }

    /// <summary>The clock of all timestamps.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
