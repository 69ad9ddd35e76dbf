using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>
/// A real container engine: one of the sandbox's own, or the one that <c>DOCKER_HOST</c> names. Its own has private folders and
/// a private socket, no bridge and no firewall rules: containers have the loopback of their own or, where asked, the host's network;
/// or it has a whole network of its own, with a bridge.
/// </summary>
public sealed class ContainerEngine : IAsyncDisposable
{
    readonly FarSideProcess? process;
    readonly CgroupParent? cgroups;
    readonly TimeProvider time;

    ContainerEngine(string address, TimeProvider time, FarSideProcess? process = null, CgroupParent? cgroups = null) =>
        (Address, this.time, this.process, this.cgroups) = (address, time, process, cgroups);

    /// <summary>Where it listens, for <c>DOCKER_HOST</c>.</summary>
    public string Address { get; }

    /// <summary>True where it was there before and stays.</summary>
    public bool IsShared => process is null;

    /// <summary>Uses the engine at this address.</summary>
    /// <exception cref="FarSideException">It does not answer.</exception>
    public static async Task<ContainerEngine> UseAsync(string address, CancellationToken cancellation)
    {
        using var client = new EngineClient(address);
        return await Readiness.AnswersAsync(client.PingAsync, cancellation)
            ? new ContainerEngine(address, TimeProvider.System)
            : throw new FarSideException("engine", $"DOCKER_HOST names {address}, where no engine answers.", "Start it, or unset DOCKER_HOST to have one started.");
    }

    /// <summary>Starts an engine.</summary>
    /// <param name="folders">Where it keeps its data and sockets.</param>
    /// <param name="tools">Finds <c>dockerd</c>.</param>
    /// <param name="host">What its process hangs on.</param>
    /// <param name="timeout">How long it may take to answer.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="hasNetwork">Whether it gets a network of its own, with a bridge that joins its containers.</param>
    public static async Task<ContainerEngine> StartAsync(
        EngineFolders folders, ToolLocator tools, ProcessHost host, TimeSpan timeout, CancellationToken cancellation, bool hasNetwork = false)
    {
        if (host.Containment != Containment.Namespace)
            throw new FarSideException("engine", "a container engine needs root and the right to make namespaces.", "Run as root, or set DOCKER_HOST to an engine that runs.");
        Directory.CreateDirectory(folders.Sockets);
        ModeFile.Write(folders.NoConfiguration, "{}", ModeFile.Private);
        var groups = new CgroupParent(folders.Instance);
        var dockerd = tools.Require(Tool.Dockerd);
        var started = hasNetwork
            ? await FarSideProcess.StartAsync(OnBridge(folders, dockerd, tools.Require(Tool.Busybox), groups), host with { Containment = Containment.Network })
            : await FarSideProcess.StartAsync(new("engine", dockerd, [.. Arguments(folders, groups), "--bridge", "none", "--ip-forward=false"]), host);
        var engine = new ContainerEngine($"unix://{folders.Socket}", host.Time, started, groups);
        using var client = new EngineClient(engine.Address);
        return await started.ReadyAsync(engine, client.PingAsync, timeout, cancellation);
    }

    /// <summary>The number of a process in its namespaces, for what is to run or listen there.</summary>
    /// <exception cref="InvalidOperationException">The sandbox did not start it.</exception>
    public int FirstInside => process?.FirstInside ?? throw new InvalidOperationException("An engine that was there before runs in no namespaces of the sandbox.");

    /// <summary>Stops it, with its containers, where the sandbox started it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        if (cgroups is not null)
            await cgroups.RemoveAsync(time, CancellationToken.None);
    }

    // The new network's loopback is down, and what is to be reached there must be.
    static FarSideCommand OnBridge(EngineFolders folders, string dockerd, string busybox, CgroupParent cgroups) =>
        new("engine", "/bin/sh", ["-c", "\"$0\" ip link set lo up && exec \"$@\"", busybox, dockerd, .. Arguments(folders, cgroups)]);

    static string[] Arguments(EngineFolders folders, CgroupParent cgroups) =>
    [
        "--data-root", folders.Data, "--exec-root", Path.Combine(folders.Sockets, "x"), "--pidfile", Path.Combine(folders.Sockets, "d.pid"),
        "--host", $"unix://{folders.Socket}", "--group", "root", "--iptables=false", "--ip6tables=false", "--ip-masq=false",
        "--cgroup-parent", cgroups.Path, "--log-level", "warn", "--config-file", folders.NoConfiguration,
    ];
}

/// <summary>Where an engine keeps what.</summary>
/// <param name="Instance">The sandbox instance's name.</param>
/// <param name="Data">Images and containers.</param>
/// <param name="Sockets">Sockets; a short path, since the kernel allows a socket's path 107 characters.</param>
public sealed record EngineFolders(string Instance, string Data, string Sockets)
{
    /// <summary>The engine's own socket.</summary>
    public string Socket => Path.Combine(Sockets, "d.sock");

    /// <summary>A settings file that is empty, in place of the machine's own.</summary>
    public string NoConfiguration => Path.Combine(Sockets, "d.json");
}
