using System.Net;
using System.Text.Json.Nodes;
using k8s;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Kubernetes.Rollouts;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Rollouts;

/// <summary>
/// A namespace of its own in a cluster that runs pods, and a release of small workloads through the very code of production. Their
/// manifests are really broken; the embedded API, which runs no process, is told besides what such pods suffer.
/// </summary>
public abstract class PodCase(PodFixture fixture) : IAsyncLifetime
{
    protected const string Missing = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    string folder = "";

    protected ClusterApi Api { get; private set; } = null!;

    protected string Namespace { get; } = $"case-{Guid.NewGuid().ToString("N")[..10]}";

    protected string Image => fixture.Image;

    string Context => KubernetesClientConfiguration.LoadKubeConfig(fixture.Cluster.KubeconfigPath).CurrentContext;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ClusterSettings Settings => new()
    {
        Kubeconfig = fixture.Cluster.KubeconfigPath,
        Patience = new RolloutPatience
        {
            Total = TimeSpan.FromSeconds(90), NoActivity = TimeSpan.FromSeconds(60),
            Tolerance = TimeSpan.FromSeconds(1), Scheduling = TimeSpan.FromSeconds(1), MissingSecret = TimeSpan.FromSeconds(1), Readiness = TimeSpan.FromSeconds(2),
        },
    };

    public async ValueTask InitializeAsync()
    {
        if (fixture.Missing is { } why) Assert.Skip(why);
        folder = Directory.CreateTempSubdirectory("maily-pods-").FullName;
        Api = new ClusterApi(fixture.Cluster.KubeconfigPath);
        (await Api.Post("/api/v1/namespaces", $$"""{"metadata":{"name":"{{Namespace}}"} }""")).Is(HttpStatusCode.Created);
        // No pod is made before its namespace's account has a token.
        await Api.Until($"/api/v1/namespaces/{Namespace}/serviceaccounts", accounts => fixture.Cluster.Faults is not null || accounts.Body["items"]!.AsArray().Any(account => account!["secrets"] is not null));
    }

    public async ValueTask DisposeAsync()
    {
        if (folder.Length > 0) Directory.Delete(folder, recursive: true);
        if (Api is not null)
        {
            await Api.Delete($"/api/v1/namespaces/{Namespace}");
            Api.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Tells the embedded API what the namespace's new pods suffer; real ones need not be told.</summary>
    protected IDisposable? Tell(WorkloadFailure failure) => fixture.Cluster.Faults?.Add(new WorkloadFault(failure) { Namespace = Namespace });

    private protected async Task<RunResult> DeployAsync(params string[] objects)
    {
        var overlay = Directory.CreateDirectory(Path.Combine(folder, "overlay")).FullName;
        await File.WriteAllTextAsync(Path.Combine(overlay, "kustomization.yaml"), $"resources: [objects.yaml]\nnamespace: {Namespace}\n", Token);
        await File.WriteAllTextAsync(Path.Combine(overlay, "objects.yaml"), string.Join("\n---\n", objects), Token);
        var region = new RegionSpec { Name = "eu-west-1", Overlay = overlay, Context = Context };
        var stage = new DeployK8sStage([region], Settings, [], ImageSettings.From(new Variables([])), new ManifestRenderer(new ProcessRunner(TimeProvider.System)));
        return await new DeploymentRun(folder, stage).RunAsync("0123456789abcdef0123456789abcdef01234567", Token);
    }

    /// <summary>Deploys what fails, and is undone.</summary>
    protected async Task<RolloutFailedException> FailAsync(PodProblemKind kind, params string[] objects)
    {
        var run = await DeployAsync(objects);

        var failure = run.Failure.ShouldBeOfType<RolloutFailedException>();
        failure.Problems.ShouldNotBeEmpty(failure.ToString());
        failure.Problems[0].Kind.ShouldBe(kind, failure.Evidence);
        failure.Remedy.ShouldBe(failure.Problems[0].Remedy);
        run.Undone.Single().Result.State.ToString().ShouldBe("Undone", run.Undone.Single().Result.Text);
        return failure;
    }

    protected static string Object(string apiVersion, string kind, string name, string spec) =>
        $$"""{"apiVersion":"{{apiVersion}}","kind":"{{kind}}","metadata":{"name":"{{name}}"},"spec":{{spec}}}""";

    protected string Deployment(string name, string script, string container = "") =>
        Object("apps/v1", "Deployment", name, $$"""{"replicas":1,"selector":{"matchLabels":{"app":"{{name}}"} },"template":{{Template(name, script, container)}}}""");

    protected string StatefulSet(string name, string script, string? image = null) =>
        Object("apps/v1", "StatefulSet", name, $$"""{"replicas":1,"serviceName":"{{name}}","selector":{"matchLabels":{"app":"{{name}}"} },"template":{{Template(name, script, image: image)}}}""");

    protected string DaemonSet(string name, string script) =>
        Object("apps/v1", "DaemonSet", name, $$"""{"selector":{"matchLabels":{"app":"{{name}}"} },"template":{{Template(name, script)}}}""");

    protected string Job(string name, string script, int retries = 0) =>
        Object("batch/v1", "Job", name, $$"""{"backoffLimit":{{retries}},"template":{{Template(name, script, spec: ""","restartPolicy":"Never" """)}}}""");

    protected string Template(string name, string script, string container = "", string? image = null, string spec = "") => $$"""
        {"metadata":{"labels":{"app":"{{name}}"} },"spec":{"terminationGracePeriodSeconds":0{{spec}},
        "containers":[{"name":"{{name}}","image":"{{image ?? Image}}","command":["sh","-c",{{JsonValue.Create(script).ToJsonString()}}]{{container}}}]} }
        """;

    protected async Task<JsonArray> ObjectsAsync(string path) => (await Api.Get($"/{path.Replace("*", $"namespaces/{Namespace}", StringComparison.Ordinal)}")).Is(HttpStatusCode.OK).Body["items"]!.AsArray();
}
