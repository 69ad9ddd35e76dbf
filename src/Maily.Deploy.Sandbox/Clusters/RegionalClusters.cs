using System.Collections.Immutable;
using k8s;
using k8s.Models;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Registry;

namespace Maily.Deploy.Sandbox.Clusters;

/// <summary>One cluster for each region, each marked as the sandbox's.</summary>
public sealed class RegionalClusters : IAsyncDisposable
{
    const string Mark = """{"metadata":{"annotations":{"maily.dev/environment":"sandbox"}}}""";

    RegionalClusters(ImmutableArray<(string Region, EmbeddedCluster Cluster)> clusters, string kubeconfigPath)
    {
        KubeconfigPath = kubeconfigPath;
        ByRegion = clusters.ToImmutableSortedDictionary(pair => pair.Region, pair => pair.Cluster, StringComparer.Ordinal);
    }

    /// <summary>A file with a context for each region, named as the region; only the owner can read it.</summary>
    public string KubeconfigPath { get; }

    /// <summary>The clusters, with state that tests can read and faults that they can set.</summary>
    public ImmutableSortedDictionary<string, EmbeddedCluster> ByRegion { get; }

    /// <summary>Starts the clusters side by side.</summary>
    /// <param name="options">The regions.</param>
    /// <param name="folder">Where the kubeconfig goes.</param>
    /// <param name="registry">Tells whether an image that a pod wants exists.</param>
    /// <param name="cancellation">Stops the start.</param>
    public static async Task<RegionalClusters> StartAsync(SandboxOptions options, InstanceFolder folder, Task<OciRegistry> registry, CancellationToken cancellation)
    {
        async Task<(string Region, EmbeddedCluster Cluster)> StartOneAsync(string region)
        {
            var place = Directory.CreateDirectory(folder.Of(Path.Combine("clusters", region)));
            var settings = new EmbeddedClusterOptions
            {
                Folder = place.FullName,
                Time = options.Time,
                ImageExists = async (image, stop) => await (await registry).HasAsync(image, stop),
            };
            return (region, await EmbeddedCluster.StartAsync(settings, cancellation));
        }

        var clusters = await Task.WhenAll(options.Regions.Select(StartOneAsync));
        var path = folder.Of("kubeconfig");
        ModeFile.Write(path, RegionalKubeconfig.Merge([.. clusters.Select(pair => (pair.Region, pair.Cluster.Kubeconfig))]), ModeFile.Private);
        var all = new RegionalClusters([.. clusters], path);
        await Task.WhenAll(options.Regions.Select(region => all.MarkAsync(region, cancellation)));
        return all;
    }

    /// <summary>Stops them.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in ByRegion.Values)
            await cluster.DisposeAsync();
    }

    async Task MarkAsync(string region, CancellationToken cancellation)
    {
        using var client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(KubeconfigPath), region));
        await client.CoreV1.PatchNamespaceAsync(new V1Patch(Mark, V1Patch.PatchType.MergePatch), "kube-system", cancellationToken: cancellation);
    }
}
