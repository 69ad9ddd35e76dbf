using CliWrap;
using CliWrap.Buffered;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes.Faults;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>kubectl, the client that everybody has, works against the embedded cluster.</summary>
public sealed class EmbeddedKubectlTests : IAsyncLifetime
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-kubectl-");
    EmbeddedCluster cluster = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!paths.Any(path => File.Exists(Path.Combine(path, "kubectl"))))
            throw new InvalidOperationException("There is no kubectl on PATH: install it (Debian: kubernetes-client).");
        cluster = await EmbeddedCluster.StartAsync(new EmbeddedClusterOptions { Pace = TimeSpan.FromMilliseconds(5) }, Token);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "kustomization.yaml"), "namespace: shop\nresources: [all.yaml]\n", Token);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "all.yaml"), """
            apiVersion: v1
            kind: Namespace
            metadata:
              name: shop
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: settings
            data:
              colour: green
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
            spec:
              replicas: 2
              selector:
                matchLabels:
                  app: web
              template:
                metadata:
                  labels:
                    app: web
                spec:
                  containers:
                  - name: web
                    image: registry.test/web:1
            """, Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task It_applies_a_kustomization_waits_for_it_and_shows_it()
    {
        (await Kubectl("apply", "--server-side", "-k", folder.FullName)).ShouldContain("deployment.apps/web serverside-applied");
        (await Kubectl("rollout", "status", "deployment/web", "-n", "shop", "--timeout=20s")).ShouldContain("successfully rolled out");
        (await Kubectl("get", "deploy", "-A")).ShouldMatch(@"shop\s+web\s+2/2\s+2\s+2");
        (await Kubectl("logs", "deployment/web", "-n", "shop")).ShouldContain("web started");
        (await Kubectl("get", "cm", "settings", "-n", "shop", "-o", "jsonpath={.data.colour}")).ShouldBe("green");
        (await Kubectl("diff", "--server-side", "-k", folder.FullName)).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_applies_on_the_client_side_scales_restarts_and_undoes()
    {
        await Kubectl("apply", "-k", folder.FullName);
        await Kubectl("scale", "deployment/web", "-n", "shop", "--replicas=3");
        await Kubectl("set", "image", "deployment/web", "-n", "shop", "web=registry.test/web:2");
        await Kubectl("rollout", "status", "deployment/web", "-n", "shop", "--timeout=20s");

        await Kubectl("rollout", "undo", "deployment/web", "-n", "shop");
        await Kubectl("rollout", "status", "deployment/web", "-n", "shop", "--timeout=20s");

        (await Kubectl("get", "deployment", "web", "-n", "shop", "-o", "jsonpath={.spec.template.spec.containers[0].image} {.spec.replicas}"))
            .ShouldBe("registry.test/web:1 3");
        (await Kubectl("delete", "namespace", "shop", "--timeout=20s")).ShouldContain("deleted");
    }

    [Fact]
    public async Task It_refuses_a_misspelt_field()
    {
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.yaml"), "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndato: {}\n", Token);

        var refused = await Should.ThrowAsync<InvalidOperationException>(() => Kubectl("apply", "-f", Path.Combine(folder.FullName, "bad.yaml")));

        refused.Message.ShouldContain("unknown field \"dato\"");
    }

    [Fact]
    public async Task It_shows_why_a_pod_does_not_run()
    {
        cluster.Faults.Add(new WorkloadFault(new ImageCannotBePulled("manifest unknown")));
        await Kubectl("apply", "--server-side", "-k", folder.FullName);

        await Should.ThrowAsync<InvalidOperationException>(() => Kubectl("rollout", "status", "deployment/web", "-n", "shop", "--timeout=2s"));

        (await Kubectl("get", "pods", "-n", "shop")).ShouldContain("ImagePullBackOff");
    }

    async Task<string> Kubectl(params string[] arguments)
    {
        var result = await Cli.Wrap("kubectl").WithArguments(["--kubeconfig", cluster.KubeconfigPath, $"--cache-dir={folder.FullName}/cache", .. arguments])
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Token);
        return result.ExitCode == 0 ? result.StandardOutput
            : throw new InvalidOperationException($"kubectl {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.StandardError}{result.StandardOutput}");
    }
}
