using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Waves;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Sandbox.Clusters;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests;

namespace Maily.Deploy.Rehearsals.Waves;

/// <summary>Two regions with a cluster each, one wave after the other, and a small service that goes to both.</summary>
public abstract class WaveCase : IAsyncLifetime
{
    protected const string Commit = "0123456789abcdef0123456789abcdef01234567";
    protected const string One = "eu-west-1";
    protected const string Two = "us-east-1";

    readonly string folder = Directory.CreateTempSubdirectory("maily-waves-").FullName;
    readonly Dictionary<string, EmbeddedCluster> clusters = new(StringComparer.Ordinal);

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What the deployments said.</summary>
    private protected LogLines Log { get; } = new();

    /// <summary>How long the first wave is watched.</summary>
    protected TimeSpan BakeTime { get; set; } = TimeSpan.Zero;

    /// <summary>Stands around each region.</summary>
    protected IRegionHook Hook { get; set; } = NoRegionHook.Instance;

    protected ClusterSettings Settings => new()
    {
        Kubeconfig = Path.Combine(folder, "kubeconfig"), Retries = 1,
        Patience = new RolloutPatience { Total = TimeSpan.FromSeconds(60), Tolerance = TimeSpan.FromSeconds(1), Scheduling = TimeSpan.FromSeconds(20) },
    };

    private protected DeploymentRun Run => new(folder, new DeployK8sStage(
        [RegionOf(One, 1), RegionOf(Two, 2)], Settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System))) { Hook = Hook })
    { Log = Log };

    public async ValueTask InitializeAsync()
    {
        foreach (var region in new[] { One, Two })
            clusters[region] = await EmbeddedCluster.StartAsync(ct: Token);
        await File.WriteAllTextAsync(Settings.Kubeconfig, RegionalKubeconfig.Merge([.. clusters.Select(pair => (pair.Key, pair.Value.Kubeconfig))]), Token);
        Directory.CreateDirectory(Path.Combine(folder, "overlay"));
        await File.WriteAllTextAsync(Path.Combine(folder, "overlay", "kustomization.yaml"), "resources: [objects.yaml]\nnamespace: maily\n", Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected EmbeddedCluster ClusterOf(string region) => clusters[region];

    protected void WriteVersion(int version) => File.WriteAllText(Path.Combine(folder, "overlay", "objects.yaml"), $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: api }
        spec:
          replicas: 2
          selector: { matchLabels: { app: api } }
          template:
            metadata: { labels: { app: api } }
            spec: { containers: [ { name: api, image: "{{ImageOf(version)}}" } ] }
        """);

    protected static string ImageOf(int version) => $"registry.example/maily/api@sha256:{new string((char)('0' + version), 64)}";

    protected string? LiveImage(string region) =>
        ClusterOf(region).Object("Deployment", "maily", "api")?["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]?.GetValue<string>();

    RegionSpec RegionOf(string name, int wave) => new() { Name = name, Context = name, Overlay = Path.Combine(folder, "overlay"), Wave = wave, BakeTime = BakeTime };
}
