using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Nodes;
using Maily.Deploy.Sandbox.Networks;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Registry;
using Maily.Deploy.Sandbox.Tools;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>A cluster in which everything is real: control plane, scheduler, one node whose pods are containers, and the registry that they come from.</summary>
public sealed class RealCluster : IKubernetesCluster
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    readonly Started started;
    readonly RealControlPlane plane;

    RealCluster(Started started, RealControlPlane plane) => (this.started, this.plane) = (started, plane);

    /// <summary>The programs that must be in the folder of assets.</summary>
    public static IReadOnlyList<string> Programs { get; } = [.. RealControlPlane.Programs, "kube-scheduler", .. RealNode.Programs];

    /// <inheritdoc/>
    public Uri Address => plane.Address;

    /// <inheritdoc/>
    public string Kubeconfig => plane.Kubeconfig;

    /// <inheritdoc/>
    public string KubeconfigPath => plane.KubeconfigPath;

    /// <summary>None: its pods fail by what they are.</summary>
    public ClusterFaults? Faults => null;

    /// <summary>The folder of all that it writes.</summary>
    public required string Folder { get; init; }

    /// <summary>The node's engine.</summary>
    public required ContainerEngine Engine { get; init; }

    /// <summary>The registry, which this machine and the node reach under one name.</summary>
    public required OciRegistry Registry { get; init; }

    /// <summary>An image with a shell and small tools, in the registry and not in the engine: <c>127.0.0.1:port/maily-base@sha256:...</c>.</summary>
    public required string BaseImage { get; init; }

    /// <summary>Starts it in a folder of its own below <paramref name="root"/>, and waits until it takes pods (about 15 s). Needs root.</summary>
    /// <exception cref="FarSideException">A part is missing, or did not start; the evidence is the end of its log.</exception>
    public static async Task<RealCluster> StartAsync(string assets, string root, TimeProvider time, CancellationToken ct)
    {
        foreach (var program in Programs.Where(name => !File.Exists(Path.Combine(assets, name))))
            throw new FarSideException("kubernetes", $"there is no {program} in {assets}.", "Run build/tools/control-plane.sh, which builds it.");
        var started = new Started();
        try
        {
            return await StartAsync(assets, root, time, started, ct);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another image in the registry and not in the engine, made of the base image.</summary>
    /// <returns>Its full name, with the digest.</returns>
    public async Task<string> PublishAsync(string name, CancellationToken ct)
    {
        var repository = $"{Registry.Address}/{name}";
        using var client = new EngineClient(Engine.Address);
        await using var context = BuildContext.Of($"FROM {BaseImage}\nCOPY name /etc/name\n", "name", System.Text.Encoding.UTF8.GetBytes(name));
        await client.BuildAsync($"{repository}:one", context, ct);
        var digest = await client.PushAsync(repository, "one", ct);
        await client.RemoveAsync($"{repository}:one", keepsCache: false, ct);
        return $"{repository}@{digest}";
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => started.DisposeAsync();

    static async Task<RealCluster> StartAsync(string assets, string root, TimeProvider time, Started started, CancellationToken ct)
    {
        var (tools, runner) = (new ToolLocator(), new ProcessRunner(time));
        var folder = await started.KeepAsync(InstanceFolder.CreateAsync(root, time, NullLogger.Instance, ct));
        var launcher = await started.KeepAsync(Task.FromResult(new Launcher()));
        var host = new ProcessHost(launcher, await Containments.DetectAsync(runner, ct), folder.Logs, time, folder.Record);
        var registry = await started.KeepAsync(OciRegistry.StartAsync(folder.Of("registry"), tools, host with { Containment = Containment.Process }, Timeout, ct));
        var folders = new EngineFolders(folder.Name, folder.Of("engine"), folder.Sockets);
        var engine = await started.KeepAsync(ContainerEngine.StartAsync(folders, tools, host, Timeout, ct, hasNetwork: true));
        var plane = await started.KeepAsync(RealControlPlane.StartAsync(
            assets, new() { Folder = Directory.CreateDirectory(folder.Of("plane")).FullName, Host = host, HasKubelets = true }, ct));
        await started.KeepAsync(PortForward.IntoAsync(new NetworkNamespace(engine.FirstInside), registry.Port));
        var plan = new NodePlan { Assets = assets, Folder = Path.Combine(folder.Sockets, "k"), KubeconfigPath = plane.KubeconfigPath, Engine = engine };
        await started.KeepAsync(RealNode.StartAsync(plan, plane.Address, host, ct));
        var image = await PublishBaseAsync(engine, registry, await Busybox.ReadAsync(tools, runner, ct), ct);
        return new RealCluster(started, plane) { Folder = folder.Path, Engine = engine, Registry = registry, BaseImage = image };
    }

    // Taken out of the engine again, so that the first pod really pulls it.
    static async Task<string> PublishBaseAsync(ContainerEngine engine, OciRegistry registry, Busybox busybox, CancellationToken ct)
    {
        var image = await Sandbox.Engine.BaseImage.PublishAsync(engine, registry.Address, busybox, ct);
        using var client = new EngineClient(engine.Address);
        await client.RemoveAsync(image.Name, keepsCache: false, ct);
        return image.Name;
    }
}
