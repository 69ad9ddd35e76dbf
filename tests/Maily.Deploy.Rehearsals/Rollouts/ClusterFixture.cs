using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>A cluster and an overlay of one small service, through the very code of production.</summary>
public abstract class ClusterFixture : IAsyncLifetime
{
    protected const string Commit = "0123456789abcdef0123456789abcdef01234567";

    readonly string folder = Directory.CreateTempSubdirectory("maily-rollouts-").FullName;

    protected EmbeddedCluster Cluster { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Overlay => Path.Combine(folder, "overlay");

    protected ClusterSettings Settings => new()
    {
        Kubeconfig = Cluster.KubeconfigPath,
        Patience = new RolloutPatience { Total = TimeSpan.FromSeconds(60), Tolerance = TimeSpan.FromSeconds(1), Scheduling = TimeSpan.FromSeconds(1) },
    };

    protected RegionSpec Region => new() { Name = "eu-west-1", Context = "maily-embedded", Overlay = Overlay };

    public async ValueTask InitializeAsync()
    {
        Cluster = await EmbeddedCluster.StartAsync(ct: Token);
        Write("kustomization.yaml", "resources: [objects.yaml]\nnamespace: maily\n");
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<RunResult> DeployAsync(bool undo = false, params ImmutableArray<RegionSpec> regions) => DeployAsync(Settings, undo, regions);

    private protected Task<RunResult> DeployAsync(ClusterSettings settings, bool undo = false, params ImmutableArray<RegionSpec> regions)
    {
        var stage = new DeployK8sStage(regions.IsEmpty ? [Region] : regions, settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)));
        return new DeploymentRun(folder, stage).RunAsync(Commit, Token, undo);
    }

    protected void Write(string path, string text)
    {
        Directory.CreateDirectory(Overlay);
        File.WriteAllText(Path.Combine(Overlay, path), text);
    }

    /// <summary>The namespace, settings, a Deployment and a StatefulSet of one version.</summary>
    protected void WriteVersion(int version, string more = "") => Write("objects.yaml", $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: maily }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings }
        data: { VERSION: "{{version}}" }
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
        ---
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: { name: store }
        spec:
          serviceName: store
          replicas: 1
          selector: { matchLabels: { app: store } }
          template:
            metadata: { labels: { app: store } }
            spec: { containers: [ { name: store, image: "{{ImageOf(version)}}" } ] }
        {{more}}
        """);

    protected static string ImageOf(int version) => $"registry.example/maily/api@sha256:{new string((char)('0' + version), 64)}";

    protected string? LiveImage(string kind, string name) =>
        Cluster.Object(kind, "maily", name)?["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]?.GetValue<string>();

    protected string? Annotation(string kind, string name) =>
        Cluster.Object(kind, "maily", name)?["metadata"]?["annotations"]?[Marks.Deployment]?.GetValue<string>();

    /// <summary>What a person would call the state of the namespace: all specs and data, without bookkeeping.</summary>
    protected string Snapshot() => string.Join('\n', new[] { "ConfigMap", "Deployment", "StatefulSet", "Service" }
        .SelectMany(kind => Cluster.Objects(kind, "maily"))
        .Select(item => new JsonObject
        {
            ["kind"] = item["kind"]?.DeepClone(), ["name"] = item["metadata"]?["name"]?.DeepClone(), ["labels"] = item["metadata"]?["labels"]?.DeepClone(),
            ["deployment"] = item["metadata"]?["annotations"]?[Marks.Deployment]?.DeepClone(), ["spec"] = item["spec"]?.DeepClone(), ["data"] = item["data"]?.DeepClone(),
        }.ToJsonString()));
}
