using Maily.Deploy.Rehearsals.Kubernetes;
using Maily.Deploy.Sandbox.Kubernetes;

namespace Maily.Deploy.Rehearsals.Rollouts;

[Collection("embedded pods")]
public sealed class EmbeddedPodTests(EmbeddedPodFixture fixture) : PodContract(fixture);

[Collection("real pods")]
public sealed class RealPodTests(RealPodFixture fixture) : PodContract(fixture);

/// <summary>What only real containers can show.</summary>
[Collection("real pods")]
public sealed class RealContainerTests(RealPodFixture fixture) : PodCase(fixture)
{
    [Fact]
    public async Task A_service_answers_other_pods_on_its_cluster_ip()
    {
        // An address of its own, in the plane's range: there is no DNS, and a pod's variables lack a service that its kubelet heard of too late.
        const string address = "10.0.9.9";
        var run = await DeployAsync(
            $$"""{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"clusterIP":"{{address}}","selector":{"app":"web"},"ports":[{"port":80,"targetPort":8080,"protocol":"TCP"}]} }""",
            Deployment("web", "mkdir -p /www; echo served >/www/ready; exec httpd -f -p 8080 -h /www"),
            // A first request that leaves before the rules are there would go nowhere for two minutes.
            Job("ask", $"until timeout 2 wget -qO- http://{address}/ready; do sleep 0.2; done"));

        run.Failure.ShouldBeNull();
        var asked = (await ObjectsAsync("api/v1/*/pods")).Single(pod => pod!["metadata"]!["labels"]!["app"]!.GetValue<string>() == "ask" && pod["status"]!["phase"]!.GetValue<string>() == "Succeeded")!;
        (await Api.GetText($"/api/v1/namespaces/{Namespace}/pods/{asked["metadata"]!["name"]}/log")).ShouldEndWith("served\n");
    }

    [Fact]
    public async Task An_image_is_pulled_from_the_loopback_registry_by_its_digest()
    {
        var name = await fixture.PublishAsync("pulled", Token);

        var run = await DeployAsync(Object("apps/v1", "Deployment", "api", $$"""{"selector":{"matchLabels":{"app":"api"} },"template":{{Template("api", "sleep 3600", image: name)}}}"""));

        run.Failure.ShouldBeNull();
        (await ObjectsAsync("api/v1/*/events")).ShouldContain(item => item!["reason"]!.GetValue<string>() == "Pulled" && item["message"]!.GetValue<string>().StartsWith($"Successfully pulled image \"{name}\"", StringComparison.Ordinal));
    }
}

/// <summary>Both sides are held to the same cases.</summary>
public sealed class PodParityTests
{
    [Fact]
    public void Embedded_and_real_pods_run_the_same_contract()
    {
        typeof(EmbeddedPodTests).BaseType.ShouldBe(typeof(PodContract));
        typeof(RealPodTests).BaseType.ShouldBe(typeof(PodContract));
        typeof(PodContract).GetMethods().SelectMany(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true)).Cast<FactAttribute>()
            .ShouldAllBe(fact => fact.Skip == null && fact.SkipWhen == null && fact.SkipUnless == null && !fact.Explicit);
    }
}

/// <summary>A cluster that runs pods, and an image for them.</summary>
public abstract class PodFixture : ClusterFixture
{
    public abstract string Image { get; }
}

/// <summary>The embedded cluster, which plays pods.</summary>
public sealed class EmbeddedPodFixture : PodFixture
{
    public override string Image => $"registry.example/maily-base@sha256:{new string('1', 64)}";

    protected override async Task<IKubernetesCluster> StartAsync() => await EmbeddedCluster.StartAsync(
        new() { ImageExists = (image, _) => Task.FromResult(!image.EndsWith(new string('0', 64), StringComparison.Ordinal)) }, TestContext.Current.CancellationToken);
}

/// <summary>One real node for all cases: control plane, scheduler, kubelet, kube-proxy, engine and registry.</summary>
public sealed class RealPodFixture : PodFixture
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-node-");

    public override string Image => Real.BaseImage;

    public RealCluster Real => (RealCluster)Cluster;

    /// <summary>Another image, of the same content and another name, that the engine does not have.</summary>
    public Task<string> PublishAsync(string name, CancellationToken cancellation) => Real.PublishAsync(name, cancellation);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        folder.Delete(recursive: true);
    }

    protected override string? WhatIsMissing()
    {
        if (RealAssets.WhatIsMissing() is { } plane) return plane;
        var missing = RealCluster.Programs.FirstOrDefault(program => !File.Exists(Path.Combine(RealAssets.Folder!, program)));
        var why = missing is not null ? $"There is no {missing} in {RealAssets.Folder}: run build/tools/control-plane.sh."
            : Environment.IsPrivilegedProcess && OperatingSystem.IsLinux() ? null : "A node of one's own needs root on Linux.";
        // In CI a case that did not run is a failure.
        return why is not null && Environment.GetEnvironmentVariable("CI") == "true" ? throw new InvalidOperationException(why) : why;
    }

    protected override async Task<IKubernetesCluster> StartAsync() =>
        await RealCluster.StartAsync(RealAssets.Folder!, folder.FullName, TimeProvider.System, TestContext.Current.CancellationToken);
}

[CollectionDefinition("embedded pods")]
public sealed class EmbeddedPodCollection : ICollectionFixture<EmbeddedPodFixture>;

[CollectionDefinition("real pods")]
public sealed class RealPodCollection : ICollectionFixture<RealPodFixture>;
