using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Plans;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>A cluster without the namespace, and an overlay of one small service, through the very code of production.</summary>
public abstract class RolloutCase(ClusterFixture fixture) : IAsyncLifetime
{
    protected const string Commit = "0123456789abcdef0123456789abcdef01234567";

    static readonly string[] Workloads = ["deployments", "statefulsets", "daemonsets"];

    string folder = "";

    protected IKubernetesCluster Cluster => fixture.Cluster;

    protected ClusterFaults Faults => Cluster.Faults!;

    protected ClusterApi Api { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string Overlay => Path.Combine(folder, "overlay");

    protected ClusterSettings Settings => new()
    {
        Kubeconfig = Cluster.KubeconfigPath,
        Patience = new RolloutPatience { Total = TimeSpan.FromSeconds(180), Tolerance = TimeSpan.FromSeconds(1), Scheduling = TimeSpan.FromSeconds(1), MissingSecret = TimeSpan.FromSeconds(1) },
    };

    protected RegionSpec Region => new()
    {
        Name = "eu-west-1", Overlay = Overlay, Context = KubernetesClientConfiguration.LoadKubeConfig(Cluster.KubeconfigPath).CurrentContext,
    };

    public virtual ValueTask InitializeAsync()
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        folder = Directory.CreateTempSubdirectory("maily-rollouts-").FullName;
        Api = new ClusterApi(Cluster.KubeconfigPath);
        Write("kustomization.yaml", "resources: [objects.yaml]\nnamespace: maily\n");
        return ValueTask.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
        if (Api is not null) await CleanAsync();
        GC.SuppressFinalize(this);
    }

    // Workloads first: a namespace that still has pods waits for half of their grace period before it looks again.
    async Task CleanAsync()
    {
        using (Api)
        {
            Faults.Clear();
            foreach (var kind in Workloads) await Api.Delete($"/apis/apps/v1/namespaces/maily/{kind}", """{"propagationPolicy":"Background"}""");
            await Api.Until("/api/v1/namespaces/maily/pods", pods => pods.Body["items"] is not JsonArray { Count: > 0 });
            await Api.Delete("/api/v1/namespaces/maily");
            await Api.Patch("/api/v1/namespaces/kube-system", ClusterApi.Merge, """{"metadata":{"annotations":{"maily.dev/environment":null}}}""");
            await Api.Until("/api/v1/namespaces/maily", answer => answer.Status == HttpStatusCode.NotFound);
        }
    }

    private protected Task<RunResult> DeployAsync(bool undo = false, params ImmutableArray<RegionSpec> regions) => DeployAsync(Settings, undo, regions);

    /// <summary>A folder of the test's own.</summary>
    protected string Folder => folder;

    private protected Task<RunResult> DeployAsync(ClusterSettings settings, bool undo = false, params ImmutableArray<RegionSpec> regions) =>
        RunOf(settings, regions).RunAsync(Commit, Token, undo);

    private protected Task<RollbackResult> RollbackAsync(DeploymentId? to = null) => RollbackAsync(new RollbackOptions { To = to });

    private protected Task<RollbackResult> RollbackAsync(RollbackOptions options) => new DeploymentRun(folder, StageOf(Settings, [Region])).RollbackAsync(Commit, options, Token);

    private protected virtual DeployK8sStage StageOf(ClusterSettings settings, ImmutableArray<RegionSpec> regions) =>
        new(regions, settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)));

    /// <summary>All files that deployments left on this machine: journals, release records, their folders.</summary>
    protected IEnumerable<string> FilesLeft() => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories);

    /// <summary>Deployments of the overlay; the plan, if any, is carried out exactly.</summary>
    private protected DeploymentRun RunOf(ClusterSettings settings, ImmutableArray<RegionSpec> regions = default, SavedPlan? plan = null) =>
        new(folder, StageOf(settings, regions.IsDefaultOrEmpty ? [Region] : regions)) { Plan = plan };

    /// <summary>The lines of the plan.</summary>
    protected async Task<ImmutableArray<string>> LinesAsync()
    {
        var stage = (await RunOf(Settings).PreviewAsync(Commit, Token)).Stages.Single();
        stage.Note.ShouldBeNull();
        return [.. stage.Steps.SelectMany(step => stage.Previews[step.Id].Lines)];
    }

    protected Task<string> KubectlAsync(params string[] words) =>
        new ProcessRunner(TimeProvider.System).RunAsync(CommandLine.Of("kubectl", ["--kubeconfig", Cluster.KubeconfigPath, .. words]), null, Token);

    protected void Write(string path, string text)
    {
        Directory.CreateDirectory(Overlay);
        File.WriteAllText(Path.Combine(Overlay, path), text);
    }

    /// <summary>A further document: a claim, which holds data.</summary>
    protected static string ClaimOf(string name) => $$"""
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: {{name}} }
        spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }

        """;

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

    protected async Task<string?> LiveImage(string kind, string name) =>
        (await ObjectAsync(kind, name))?["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]?.GetValue<string>();

    protected async Task<string?> Annotation(string kind, string name) =>
        (await ObjectAsync(kind, name))?["metadata"]?["annotations"]?[Marks.Deployment]?.GetValue<string>();

    /// <summary>An object of the namespace; null where there is none.</summary>
    protected async Task<JsonNode?> ObjectAsync(string kind, string name) =>
        await Api.Get($"{PathOf(kind)}/{name}") is { Status: HttpStatusCode.OK } found ? found.Body : null;

    protected async Task<JsonArray> ObjectsAsync(string kind) => (await Api.Get(PathOf(kind))).Is(HttpStatusCode.OK).Body["items"]!.AsArray();

    /// <summary>What a person would call the state of the namespace: all specs and data, without bookkeeping and addresses.</summary>
    protected async Task<string> Snapshot()
    {
        var lines = new List<string>();
        foreach (var kind in new[] { "ConfigMap", "Deployment", "StatefulSet", "Service" })
            lines.AddRange((await ObjectsAsync(kind)).Select(item => new JsonObject
            {
                ["kind"] = kind, ["name"] = item!["metadata"]?["name"]?.DeepClone(), ["labels"] = item["metadata"]?["labels"]?.DeepClone(),
                ["deployment"] = item["metadata"]?["annotations"]?[Marks.Deployment]?.DeepClone(), ["spec"] = Spec(item["spec"]), ["data"] = item["data"]?.DeepClone(), ["binaryData"] = Digest(item["binaryData"]),
            }.ToJsonString()));
        return string.Join('\n', lines);
    }

    // Such content may be large: a difference is shown, and not all of it.
    static string? Digest(JsonNode? content) => content is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.ToJsonString())));

    // A Service that is made again gets another address.
    static JsonNode? Spec(JsonNode? spec)
    {
        if (spec?.DeepClone() is not JsonObject copy) return null;
        copy.Remove("clusterIP");
        copy.Remove("clusterIPs");
        return Sorted(copy);
    }

    // One that is made again has its fields in another order; the real API sorts them itself.
    static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => KeyValuePair.Create(pair.Key, Sorted(pair.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    static string PathOf(string kind) =>
        $"/{(kind is "Deployment" or "StatefulSet" ? "apis/apps/v1" : "api/v1")}/namespaces/maily/{kind.ToLowerInvariant()}s";
}
