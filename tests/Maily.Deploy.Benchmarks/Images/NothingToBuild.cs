using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;
using Maily.Deploy.Deployments.Pipelines;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Secrets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Benchmarks.Images;

/// <summary>
/// Three services whose images the registry serves already, as Maily's are: both image stages planned and found, against a build from
/// the warm cache and a push by the docker CLI (whole processes), which is how one would do it by hand.
/// </summary>
[Calls(7)]
[Needs(Tools.Docker, Tools.Dockerd)]
public class NothingToBuild
{
    static readonly string[] Services = ["api-gateway", "campaign-worker", "vector-search"];

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-benchmark-");
    RunningSandbox sandbox = null!;

    ImageSettings Settings => ImageSettings.From(new Variables(sandbox.Environment.Select(pair => new Variable(pair.Key, pair.Value, "benchmark")))) with { AllowsUncommitted = true };

    IStagePlanner[] Stages => [new BuildImagesStage(Images, Settings), new PushImagesStage(Images, Settings)];

    static System.Collections.Immutable.ImmutableArray<ImageSpec> Images =>
        [.. Services.Select(name => new ImageSpec { Name = name, Context = Repository.Path("src", "Platform", "services", name) })];

    [GlobalSetup(Target = nameof(Docker))]
    public async Task PrepareDockerAsync()
    {
        await StartAsync();
        await Docker();
    }

    [GlobalSetup(Target = nameof(Ours))]
    public async Task PrepareOursAsync()
    {
        await StartAsync();
        foreach (var stage in Stages)
            await Deployed.RunAsync(stage);
    }

    [GlobalCleanup]
    public async Task RemoveAsync()
    {
        await sandbox.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true, Description = "docker build && docker push, 3 services, warm cache")]
    public async Task Docker()
    {
        foreach (var service in Services)
        {
            var name = $"{sandbox.Environment["MAILY_REGISTRY"]}/{service}:by-hand";
            await Repository.RunAsync("env", $"DOCKER_HOST={sandbox.Environment["DOCKER_HOST"]}", "DOCKER_BUILDKIT=0", "docker", "build", "--quiet", "--tag", name,
                "--build-arg", $"BASE_IMAGE={sandbox.Environment["MAILY_BASE_IMAGE"]}", Repository.Path("src", "Platform", "services", service));
            await Repository.RunAsync("env", $"DOCKER_HOST={sandbox.Environment["DOCKER_HOST"]}", "docker", "push", "--quiet", name);
        }
    }

    [Benchmark(Description = "BuildImages and PushImages, 3 services, nothing to do")]
    public async Task Ours()
    {
        foreach (var stage in Stages)
            foreach (var step in await stage.PlanAsync(Deployed.Later, CancellationToken.None))
                if ((await step.FindAsync(Deployed.Later, CancellationToken.None)).State != FindingState.AlreadyAsWanted)
                    throw new InvalidOperationException($"{step.Id} is not as wanted.");
    }

    async Task StartAsync() => sandbox = await RunningSandbox.StartAsync(
        new() { Folder = folder.FullName, DockerHost = null, Kubeconfig = null, ControlPlane = null, PublishEnvironment = false }, NullLogger.Instance, CancellationToken.None);
}
