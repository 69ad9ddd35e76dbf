using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Engine;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Postgres;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Registry;
using Maily.Deploy.Sandbox.Tools;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox;

/// <summary>Starts the far sides that are processes of this machine.</summary>
sealed class LocalParts(SandboxOptions options, InstanceFolder folder, ProcessHost host, ToolLocator tools, ProcessRunner runner, ILogger log)
{
    /// <summary>What must be on the machine.</summary>
    public static IReadOnlyList<Tool> Needed(SandboxOptions options) =>
    [
        Tool.Postgres, Tool.InitDb, Tool.PgDump, Tool.Psql, Tool.DockerRegistry, Tool.Busybox,
        .. options.DockerHost is null ? [Tool.Dockerd] : Array.Empty<Tool>(),
    ];

    /// <summary>Starts Postgres.</summary>
    public Task<PostgresServer> StartPostgresAsync(CancellationToken cancellation) =>
        PostgresServer.StartAsync(folder.Of("postgres"), options.Postgres with { Timeout = options.Timeout }, tools, host, cancellation);

    /// <summary>Starts the registry.</summary>
    public Task<OciRegistry> StartRegistryAsync(CancellationToken cancellation) =>
        OciRegistry.StartAsync(folder.Of("registry"), tools, host, options.Timeout, cancellation);

    /// <summary>Starts the engine, or takes the one that is named.</summary>
    public Task<ContainerEngine> StartEngineAsync(CancellationToken cancellation) => options.DockerHost is { Length: > 0 } address
        ? ContainerEngine.UseAsync(address, cancellation)
        : ContainerEngine.StartAsync(new(folder.Name, folder.Of("engine"), folder.Sockets), tools, host, options.Timeout, cancellation);

    /// <summary>Starts the clusters, or takes those that are named.</summary>
    public Task<RegionalClusters> StartClustersAsync(Task<OciRegistry> registry, CancellationToken cancellation) => options.Clusters switch
    {
        ClusterSource.Existing existing => new BorrowedClusters(options, existing.KubeconfigPath, log).TakeAsync(cancellation),
        var own => new OwnClusters(options, folder, host, async (image, stop) => await (await registry).HasAsync(image, stop)).StartAsync(own, cancellation),
    };

    /// <summary>Makes the services' base image.</summary>
    public async Task<BaseImage> PublishBaseAsync(ContainerEngine engine, OciRegistry registry, CancellationToken cancellation) =>
        await BaseImage.PublishAsync(engine, registry.Address, await Busybox.ReadAsync(tools, runner, cancellation), cancellation);

    /// <summary>Makes what stands for images that others build.</summary>
    public Task<UpstreamImage> PublishUpstreamAsync(ContainerEngine engine, OciRegistry registry, BaseImage below, CancellationToken cancellation) =>
        UpstreamImage.PublishAsync(engine, registry.Address, below, cancellation);
}
