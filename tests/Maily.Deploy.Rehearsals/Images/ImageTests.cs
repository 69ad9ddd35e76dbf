using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Bases;
using Maily.Deploy.Kubernetes;
using Maily.Deploy.Kubernetes.Manifests;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Platform;
using Maily.Deploy.Rehearsals.Rollouts;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox;
using Maily.Deploy.Sandbox.Kubernetes;
using Maily.Deploy.Secrets;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>Real images, built by a real engine and served by a real registry.</summary>
public sealed class ImageTests(SandboxFixture fixture) : IAsyncLifetime
{
    const string Commit = "0123456789abcdef0123456789abcdef01234567";
    const string NextCommit = "fedcba9876543210fedcba9876543210fedcba98";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-images-");
    RunningSandbox sandbox = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    // A name of its own for each test: the registry is shared.
    ImageSpec Image => new() { Name = folder.Name.ToLowerInvariant(), Context = folder.FullName };

    ImageSettings Settings => ImageSettings.From(new Variables(sandbox.Environment.Select(pair => new Variable(pair.Key, pair.Value, "sandbox"))));

    public async ValueTask InitializeAsync()
    {
        sandbox = await fixture.GetAsync();
        Write("Dockerfile", "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nARG REVISION\nENV COMMIT=${REVISION}\nCOPY app /app\nRUN [\"/bin/sh\", \"-c\", \"test -f /app/start && test ! -e /app/secret\"]\n");
        Write(".dockerignore", "*\n!app\napp/secret\n");
        Write("app/start", "#!/bin/sh\n");
        Write("app/secret", "not for the build");
    }

    public ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task An_image_is_built_and_pushed_and_the_registry_serves_its_digest()
    {
        var run = await RunAsync(Commit);

        run.Failure.ShouldBeNull();
        var outputs = run.Outputs("PushImages", Image.Name);
        outputs["reference"].ShouldBe($"{Settings.Registry}/{Image.Name}@{outputs["digest"]}");
        (await ServedAsync("git-0123456789ab")).ShouldBe(outputs["digest"]);
        (await ServedAsync(outputs["content"]!)).ShouldBe(outputs["digest"]);
    }

    [Fact]
    public async Task Unchanged_content_is_neither_built_nor_pushed_for_the_next_commit_but_found_by_it()
    {
        var first = await RunAsync(Commit);

        var next = await RunAsync(NextCommit);

        next.EventOf("BuildImages", Image.Name).ShouldBe("Unchanged");
        next.Outputs("PushImages", Image.Name)["digest"].ShouldBe(first.Outputs("PushImages", Image.Name)["digest"]);
        (await ServedAsync("git-fedcba987654")).ShouldBe(first.Outputs("PushImages", Image.Name)["digest"]);
        (await RunAsync(NextCommit)).EventOf("PushImages", Image.Name).ShouldBe("Unchanged");
    }

    [Fact]
    public async Task An_image_that_does_not_build_names_the_instruction_and_its_last_lines()
    {
        Write("Dockerfile", "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN [\"/bin/sh\", \"-c\", \"echo almost; exit 7\"]\n");

        var failure = (await RunAsync(Commit)).Failure.ShouldBeOfType<ImageBuildException>();

        failure.Instruction.ShouldNotBeNull().ShouldContain("exit 7");
        failure.Evidence.ShouldNotBeNull().ShouldContain("almost");
        failure.Fact.ShouldContain("non-zero code: 7");
    }

    [Fact]
    public async Task A_base_image_that_does_not_exist_and_an_instruction_that_does_not_parse_are_named_with_their_line()
    {
        Write("Dockerfile", $"# one\nFROM {Settings.Registry}/no-such-image:1\n");
        var missing = (await RunAsync(Commit)).Failure.ShouldBeOfType<BaseImageMissingException>();
        (missing.Base, missing.Line, missing.Kind).ShouldBe(($"{Settings.Registry}/no-such-image:1", 2, FailureKind.Refused));
        missing.Evidence.ShouldNotBeNull().ShouldContain("does not serve it");

        Write("Dockerfile", "FROM scratch\nNONSENSE\n");
        var unknown = (await RunAsync(Commit)).Failure.ShouldBeOfType<ImageBuildException>();
        unknown.Message.ShouldContain("NONSENSE");
        unknown.Line.ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_named()
    {
        var settings = Settings with { Registry = new RegistryAddress("127.0.0.1:1", "maily") };

        var failure = (await RunAsync(Commit, settings)).Failure.ShouldBeOfType<RegistryException>();

        failure.Fact.ShouldBe("The registry 127.0.0.1:1 does not answer.");
    }

    [Fact]
    public async Task Engine_registry_and_files_are_checked()
    {
        foreach (var check in ImageChecks.For([Image], Settings, TimeProvider.System))
            (await check.RunAsync(Token)).Outcome.ShouldBe(check.Name == Image.Name ? CheckOutcome.Warning : CheckOutcome.Passed, check.Name);
    }

    [Fact]
    public async Task DeployK8s_alone_deploys_the_digests_of_its_commit_and_names_the_target_where_there_are_none()
    {
        await using var cluster = await EmbeddedCluster.StartAsync(ct: Token);
        var images = PlatformFolder.Images(sandbox.Environment["MAILY_UPSTREAM_IMAGE"]);
        var region = new RegionSpec { Name = "eu-west-1", Context = "maily-embedded", Overlay = PlatformFolder.Path("kubernetes", "regions", "eu-west-1") };
        var clusters = new ClusterSettings { Kubeconfig = cluster.KubeconfigPath };
        var deploy = new DeployK8sStage([region], clusters, images, Settings, new ManifestRenderer(new ProcessRunner(TimeProvider.System)));
        var alone = new DeploymentRun(folder.FullName + ".runs", deploy);

        (await alone.RunAsync(Commit, Token)).Failure.ShouldBeOfType<ImageNotPushedException>().Remedy.ShouldContain("./build.sh PushImages");
        var pushed = await new DeploymentRun(folder.FullName + ".runs", new BuildImagesStage(images, Settings), new PushImagesStage(images, Settings)).RunAsync(Commit, Token);
        pushed.Failure.ShouldBeNull();
        var deployed = await alone.RunAsync(Commit, Token);

        deployed.Failure.ShouldBeNull();
        cluster.Object("Deployment", "maily", "api-gateway")!["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]!.GetValue<string>()
            .ShouldBe(pushed.Outputs("PushImages", "api-gateway")["reference"]);
        deployed.Deployment.State.Steps[new StepId("DeployK8s", "eu-west-1")].Outputs["images"].ShouldNotBeNull().Split(' ').Length.ShouldBe(images.Length);
        Directory.Delete(folder.FullName + ".runs", recursive: true);
    }

    Task<RunResult> RunAsync(string commit, ImageSettings? settings = null) => new DeploymentRun(
        Path.Combine(fixture.Folder, folder.Name), new BuildImagesStage([Image], settings ?? Settings), new PushImagesStage([Image], settings ?? Settings)).RunAsync(commit, Token);

    async Task<string?> ServedAsync(string tag)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, new Uri(Settings.Registry.Uri, $"v2/{Image.Name}/manifests/{tag}"));
        request.Headers.Accept.ParseAdd("application/vnd.docker.distribution.manifest.v2+json");
        using var answer = await http.SendAsync(request, Token);
        return answer.Headers.TryGetValues("Docker-Content-Digest", out var digests) ? digests.Single() : null;
    }

    void Write(string path, string text)
    {
        var file = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
