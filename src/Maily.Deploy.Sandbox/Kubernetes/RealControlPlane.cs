using System.Security.Cryptography;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Sandbox.Kubernetes.Nodes;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Kubernetes;

/// <summary>
/// The real control plane (etcd, kube-apiserver, kube-controller-manager) on loopback, with its data in a private folder. There is
/// no kubelet: pods are made, and stay Pending unless the sandbox's node plays one, or a real one joins.
/// </summary>
public sealed class RealControlPlane : IKubernetesCluster
{
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    readonly Started started;
    readonly string folder;

    RealControlPlane(Started started, string folder) => (this.started, this.folder) = (started, folder);

    /// <summary>The programs that must be in the folder of assets.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["etcd", "kube-apiserver", "kube-controller-manager"];

    /// <inheritdoc/>
    public required Uri Address { get; init; }

    /// <inheritdoc/>
    public required string Kubeconfig { get; init; }

    /// <inheritdoc/>
    public required string KubeconfigPath { get; init; }

    /// <inheritdoc/>
    public required ClusterFaults? Faults { get; init; }

    /// <summary>Starts the programs in <paramref name="assetsFolder"/> and waits until they serve (about 5 s).</summary>
    /// <exception cref="FarSideException">A program is missing, or one did not start; the evidence is the end of its log.</exception>
    public static Task<RealControlPlane> StartAsync(string assetsFolder, CancellationToken ct) => StartAsync(assetsFolder, new(), ct);

    /// <summary>The same, as the options say.</summary>
    /// <exception cref="FarSideException">A program is missing, or one did not start; the evidence is the end of its log.</exception>
    public static async Task<RealControlPlane> StartAsync(string assetsFolder, RealControlPlaneOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(options);
        foreach (var program in Programs.Where(name => !File.Exists(Path.Combine(assetsFolder, name))))
            throw new FarSideException("kubernetes", $"there is no {program} in {assetsFolder}.", "Run build/tools/control-plane.sh, which builds it, or unset KUBEBUILDER_ASSETS.");
        var started = new Started();
        var folder = options.Folder ?? Directory.CreateTempSubdirectory("maily-control-plane-").FullName;
        try
        {
            return await StartAsync(assetsFolder, options, folder, started, ct);
        }
        catch
        {
            await StopAsync(started, folder);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync(started, folder);

    static async Task<RealControlPlane> StartAsync(string assets, RealControlPlaneOptions options, string folder, Started started, CancellationToken ct)
    {
        using var certificates = new LoopbackCertificates(TimeProvider.System);
        var plan = new ControlPlanePlan { Assets = assets, Folder = folder, Token = RandomNumberGenerator.GetHexString(32, lowercase: true), HasKubelets = options.HasKubelets };
        var kubeconfig = KubeconfigFile.Text("maily-control-plane", plan.Address, certificates.AuthorityPem, plan.Token);
        plan.WriteFiles(certificates);
        var path = KubeconfigFile.Write(folder, kubeconfig);
        var host = options.Host is { } shared ? shared with { Containment = Containment.Process, LogFolder = folder } : await HostOf(folder, started);
        using var probe = new ControlPlaneProbe(plan, certificates.AuthorityPem);
        await Run(plan.Etcd, probe.EtcdAnswers);
        await Run(plan.ApiServer, probe.ApiAnswers);
        await Run(plan.ControllerManager, probe.ControllersWork);
        if (options.HasKubelets) await Run(plan.Scheduler, _ => Task.FromResult(true));
        var faults = new ClusterFaults();
        if (options.Node is { } node) await started.KeepAsync(SandboxNode.StartAsync(path, node, faults, ct));
        return new RealControlPlane(started, folder) { Address = plan.Address, Kubeconfig = kubeconfig, KubeconfigPath = path, Faults = options.Node is null ? null : faults };

        async Task Run(FarSideCommand command, Func<CancellationToken, Task<bool>> answers)
        {
            var process = await started.KeepAsync(FarSideProcess.StartAsync(command, host));
            await process.ReadyAsync(process, answers, Timeout, ct);
        }
    }

    static async Task<ProcessHost> HostOf(string folder, Started started)
    {
        var launcher = await started.KeepAsync(Task.FromResult(new Launcher()));
        return new(launcher, Containment.Process, folder, TimeProvider.System, _ => { });
    }

    static async Task StopAsync(Started started, string folder)
    {
        await started.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}

/// <summary>How a real control plane is started.</summary>
public sealed record RealControlPlaneOptions
{
    /// <summary>Where its data, its logs and its kubeconfig go; a private temporary folder when null. Removed at the end.</summary>
    public string? Folder { get; init; }

    /// <summary>What starts and knows its processes; a launcher of its own when null.</summary>
    public ProcessHost? Host { get; init; }

    /// <summary>How its node runs pods; without a node when null.</summary>
    public NodeOptions? Node { get; init; }

    /// <summary>Whether real nodes will join: then the scheduler runs too, and pods of a node that falls silent are evicted.</summary>
    public bool HasKubelets { get; init; }
}
