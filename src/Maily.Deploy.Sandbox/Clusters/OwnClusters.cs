using k8s;
using k8s.Models;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Sandbox.Clusters;

/// <summary>Starts clusters that live as long as the sandbox: embedded ones, or real control planes.</summary>
sealed class OwnClusters(SandboxOptions options, InstanceFolder folder, ProcessHost host, Func<string, CancellationToken, Task<bool>> imageExists)
{
    static readonly string Mark = $$"""{"metadata":{"annotations":{"{{Marks.Environment}}":"sandbox"} } }""";

    /// <summary>Starts one in each region side by side.</summary>
    public async Task<RegionalClusters> StartAsync(ClusterSource source, CancellationToken cancellation)
    {
        await using var started = new Started();
        var clusters = await Task.WhenAll(options.Regions.Select(async region => KeyValuePair.Create(region, await started.KeepAsync(StartOneAsync(source, region, cancellation)))));
        var path = folder.Of("kubeconfig");
        ModeFile.Write(path, RegionalKubeconfig.Merge([.. clusters.Select(pair => (pair.Key, pair.Value.Kubeconfig))]), ModeFile.Private);
        await Task.WhenAll(options.Regions.Select(region => MarkAsync(path, region, cancellation)));
        started.Forget();
        return new RegionalClusters(clusters, path);
    }

    async Task<IKubernetesCluster> StartOneAsync(ClusterSource source, string region, CancellationToken cancellation)
    {
        var place = Directory.CreateDirectory(folder.Of(Path.Combine("clusters", region))).FullName;
        return source is ClusterSource.Real real
            ? await RealControlPlane.StartAsync(real.AssetsFolder, new() { Folder = place, Host = host, Node = new() { Time = options.Time, ImageExists = imageExists } }, cancellation)
            : await EmbeddedCluster.StartAsync(new() { Folder = place, Time = options.Time, Pace = options.ClusterPace, ImageExists = imageExists }, cancellation);
    }

    static async Task MarkAsync(string kubeconfig, string region, CancellationToken cancellation)
    {
        using var client = new k8s.Kubernetes(await KubernetesClientConfiguration.BuildConfigFromConfigFileAsync(new FileInfo(kubeconfig), region));
        await client.CoreV1.PatchNamespaceAsync(new V1Patch(Mark, V1Patch.PatchType.MergePatch), "kube-system", cancellationToken: cancellation);
    }
}
