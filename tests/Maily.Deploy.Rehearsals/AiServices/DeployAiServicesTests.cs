using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Maily.Deploy.AiServices;
using Maily.Deploy.Images;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests;

namespace Maily.Deploy.Rehearsals.AiServices;

/// <summary>Maily's own AI services, after its base, with routing and keys.</summary>
public sealed class DeployAiServicesTests : IAsyncLifetime
{
    const string Commit = "0123456789abcdef0123456789abcdef01234567";
    const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    readonly string folder = Directory.CreateTempSubdirectory("maily-ai-").FullName;
    EmbeddedCluster cluster = null!;
    readonly LogLines log = new();
    string key = "canary-of-openai-4711";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Routing => Path.Combine(folder, "routing.yaml");

    public async ValueTask InitializeAsync()
    {
        cluster = await EmbeddedCluster.StartAsync(ct: Token);
        File.Copy(PlatformFolder.Path("ai-services", "routing.yaml"), Routing);
    }

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_services_roll_out_after_the_base_with_their_routing_and_keys()
    {
        var run = await DeployAsync();

        run.Failure.ShouldBeNull();
        var steps = run.Deployment.State.Steps;
        steps[new("DeployAiServices", "eu-west-1")].AppliedFrom.ShouldNotBeNull().ShouldBeGreaterThan(steps[new("DeployK8s", "eu-west-1")].AppliedUntil.ShouldNotBeNull());
        var routing = JsonNode.Parse(cluster.Object("ConfigMap", "maily", "ai-routing")!["data"]!["routing.json"]!.GetValue<string>())!;
        routing["tasks"]!["campaign-copy"]!["models"]![0]!["provider"]!.GetValue<string>().ShouldBe("anthropic");
        var keys = cluster.Object("Secret", "maily", KeysName())!;
        Encoding.UTF8.GetString(Convert.FromBase64String(keys["data"]!["OPENAI_API_KEY"]!.GetValue<string>())).ShouldBe(key);
        keys["data"]!.AsObject().Select(pair => pair.Key).ShouldBe(["OPENAI_API_KEY"]);
        log.All.ShouldNotBeEmpty();
        log.All.ShouldAllBe(line => !line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_changed_routing_and_a_changed_key_roll_the_adapter_out_and_failing_back()
    {
        await DeployAsync();
        var (template, name) = (Template(), KeysName());
        await File.WriteAllTextAsync(Routing, "tasks: { campaign-copy: { models: [openai/gpt-4o] } }", Token);
        (await DeployAsync()).EventOf("DeployK8s", "eu-west-1").ShouldBe("Unchanged");
        Template().ShouldNotBe(template);

        (template, key) = (Template(), "canary-of-openai-4712");
        var undone = await DeployAsync(undo: true);

        undone.Undone.Single().Step.Stage.ShouldBe("DeployAiServices");
        (Template(), KeysName()).ShouldBe((template, name));
        cluster.Objects("Secret", "maily").Count(secret => secret["metadata"]!["labels"]?["maily.dev/secret"] is not null).ShouldBe(1);
    }

    string KeysName() => cluster.Object("Deployment", "maily", "ai-adapter-openai")!["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Single(entry => entry!["name"]!.GetValue<string>() == "PROVIDER_KEY")!["valueFrom"]!["secretKeyRef"]!["name"]!.GetValue<string>();

    string Template() => cluster.Object("Deployment", "maily", "ai-adapter-openai")!["spec"]!["template"]!.ToJsonString();

    Task<RunResult> DeployAsync(bool undo = false)
    {
        var settings = new ClusterSettings { Kubeconfig = cluster.KubeconfigPath };
        var images = ImageSettings.From(new Variables([]));
        var variables = new Variables([new("OPENAI_API_KEY", key, "test")]);
        return new DeploymentRun(folder,
            new DeployK8sStage([Region("kubernetes", "regions", "eu-west-1")], settings, [], images, Pinned()),
            new DeployAiServicesStage([Region("kubernetes", "ai-services", "regions", "eu-west-1")], settings, [], images, Pinned(), Routing)
            {
                Secrets = [DeployAiServicesStage.KeysOf(variables)!],
            }) { Log = log }.RunAsync(Commit, Token, undo);
    }

    RegionSpec Region(params string[] overlay)
    {
        // An overlay upon Maily's own that names images by a digest, since no registry is asked here.
        var own = Path.Combine(folder, string.Join('-', overlay));
        Directory.CreateDirectory(own);
        var images = string.Join(", ", PlatformFolder.Services.Concat(PlatformFolder.Upstreams).Select(name => $"{{ name: {name}, newName: registry.example/maily/{name}, digest: \"{Digest}\" }}"));
        File.WriteAllText(Path.Combine(own, "kustomization.yaml"), $"resources: [ \"{Path.GetRelativePath(own, PlatformFolder.Path(overlay))}\" ]\nimages: [ {images} ]\n");
        return new RegionSpec { Name = "eu-west-1", Context = KubernetesClientConfiguration.LoadKubeConfig(cluster.KubeconfigPath).CurrentContext, Overlay = own };
    }

    static ManifestRenderer Pinned() => new(new ProcessRunner(TimeProvider.System));
}
