using System.Text;
using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Benchmarks.Kubernetes;

/// <summary>
/// 100 objects that are live as wanted, decided against the live objects. kubectl is a whole process; ours runs in this one,
/// beside the embedded cluster that both ask.
/// </summary>
[Calls(7)]
[Needs(Tools.Kubectl)]
public class UnchangedObjects
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-");
    EmbeddedCluster cluster = null!;
    Step step = null!;

    DeployK8sStage Stage => new([new RegionSpec { Name = "region", Context = "maily-embedded", Overlay = folder.FullName }],
        new ClusterSettings { Kubeconfig = cluster.KubeconfigPath }, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)));

    [GlobalSetup(Target = nameof(Kubectl))]
    public async Task PrepareKubectlAsync()
    {
        await StartAsync();
        await Kubectl();
    }

    [GlobalSetup(Targets = [nameof(Ours), nameof(OursRendered)])]
    public async Task PrepareOursAsync()
    {
        await StartAsync();
        await Deployed.RunAsync(Stage);
        step = (await Stage.PlanAsync(Deployed.Later, CancellationToken.None)).Single();
    }

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true, Description = "kubectl apply --server-side -k, 100 unchanged")]
    public Task<string> Kubectl() => Repository.RunAsync(
        "kubectl", "--kubeconfig", cluster.KubeconfigPath, "--cache-dir", Path.Combine(folder.FullName, "cache"), "apply", "--server-side", "-k", folder.FullName);

    [Benchmark(Description = "DeployK8s, 100 unchanged: rendered and compared")]
    public async Task<FindingState> Ours() =>
        await FindAsync((await Stage.PlanAsync(Deployed.Later, CancellationToken.None)).Single());

    [Benchmark(Description = "DeployK8s, 100 unchanged: compared")]
    public Task<FindingState> OursRendered() => FindAsync(step);

    static async Task<FindingState> FindAsync(Step step)
    {
        var finding = await step.FindAsync(Deployed.Later, CancellationToken.None);
        return finding.State != FindingState.Absent ? finding.State : throw new InvalidOperationException("The objects are not live as wanted.");
    }

    async Task StartAsync()
    {
        cluster = await EmbeddedCluster.StartAsync(ct: CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "kustomization.yaml"), "namespace: shop\nresources: [objects.yaml]\n", CancellationToken.None);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "objects.yaml"), Objects(), CancellationToken.None);
    }

    /// <summary>A namespace, 59 ConfigMaps, 20 Services and 20 Deployments.</summary>
    static string Objects()
    {
        var text = new StringBuilder("{ apiVersion: v1, kind: Namespace, metadata: { name: shop } }\n");
        for (var number = 0; number < 59; number++)
            text.Append($"---\n{{ apiVersion: v1, kind: ConfigMap, metadata: {{ name: settings-{number} }}, data: {{ COLOUR: green, NUMBER: \"{number}\" }} }}\n");
        for (var number = 0; number < 20; number++)
            text.Append($$"""
                ---
                { apiVersion: v1, kind: Service, metadata: { name: web-{{number}} }, spec: { selector: { app: web-{{number}} }, ports: [ { port: 80, targetPort: 8080 } ] } }
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: { name: web-{{number}}, labels: { app: web-{{number}} } }
                spec:
                  selector: { matchLabels: { app: web-{{number}} } }
                  template:
                    metadata: { labels: { app: web-{{number}} } }
                    spec: { containers: [ { name: web, image: "registry.example/web@sha256:{{new string('0', 64)}}" } ] }

                """);
        return text.ToString();
    }
}
