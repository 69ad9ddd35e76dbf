using k8s;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Networks;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Kubernetes.Nodes;

/// <summary>
/// A real node: kubelet and kube-proxy over a container engine that has a network of its own. Whatever they set up (mounts, addresses,
/// firewall rules, containers) is in the engine's namespaces, and goes with them.
/// </summary>
internal sealed class RealNode : IAsyncDisposable
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(120);

    readonly Started started = new();

    RealNode()
    {
    }

    /// <summary>The programs that must be in the folder of assets.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["kubelet", "kube-proxy", "pause"];

    /// <summary>Lets the node join the cluster, and waits until it takes pods.</summary>
    public static async Task<RealNode> StartAsync(NodePlan plan, Uri api, ProcessHost host, CancellationToken ct)
    {
        var node = new RealNode();
        try
        {
            await node.JoinAsync(plan, api, host with { Containment = Containment.Process }, ct);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => started.DisposeAsync();

    async Task JoinAsync(NodePlan plan, Uri api, ProcessHost host, CancellationToken ct)
    {
        Directory.CreateDirectory(plan.Folder);
        var network = new NetworkNamespace(plan.Engine.FirstInside);
        await started.KeepAsync(PortForward.IntoAsync(network, api.Port));
        await started.KeepAsync(Task.FromResult(PortForward.OutOf(network, plan.Port)));
        await BuildPauseAsync(plan, ct);
        using var client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(plan.KubeconfigPath)));
        var kubelet = await started.KeepAsync(FarSideProcess.StartAsync(plan.Kubelet, host));
        await started.KeepAsync(FarSideProcess.StartAsync(plan.Proxy, host));
        await kubelet.ReadyAsync(kubelet, token => TakesPodsAsync(client, token), Timeout, ct);
    }

    static async Task BuildPauseAsync(NodePlan plan, CancellationToken ct)
    {
        using var engine = new EngineClient(plan.Engine.Address);
        var pause = await File.ReadAllBytesAsync(Path.Combine(plan.Assets, "pause"), ct);
        await using var context = BuildContext.Of("FROM scratch\nCOPY pause /pause\nENTRYPOINT [\"/pause\"]\n", "pause", pause);
        await engine.BuildAsync(NodePlan.PauseImage, context, ct);
    }

    static async Task<bool> TakesPodsAsync(k8s.Kubernetes client, CancellationToken ct)
    {
        var nodes = await client.CoreV1.ListNodeAsync(cancellationToken: ct);
        return nodes.Items.Any(node => node.Spec.Taints is not { Count: > 0 } && node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }));
    }
}
