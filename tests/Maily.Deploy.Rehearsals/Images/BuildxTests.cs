using System.Net;
using Maily.Deploy.Images;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox.Wires;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>The way of an image through buildx (an executable in its place) to a real registry.</summary>
public sealed class BuildxTests(SandboxFixture fixture) : IAsyncLifetime
{
    const int Large = 12_000_000;

    DirectoryInfo tools = null!;
    ImageFolder folder = null!;
    RecordingBuildx buildx = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    ImageSpec Image => folder.Image with { Platforms = ["linux/amd64", "linux/arm64"] };

    ImageSettings Settings => folder.Settings with { DockerCli = buildx.Cli, Builder = BuilderChoice.Auto };

    public async ValueTask InitializeAsync()
    {
        folder = await ImageFolder.CreateAsync(fixture);
        tools = Directory.CreateTempSubdirectory("maily-buildx-");
        buildx = new RecordingBuildx(tools.FullName);
        folder.Write("Dockerfile", $"FROM {folder.Base.Split('@')[0]}:sandbox\nCOPY app /app\n");
        folder.Write("app/start", "#!/bin/sh\n");
    }

    public ValueTask DisposeAsync()
    {
        folder?.Dispose();
        tools?.Delete(recursive: true);
        return default;
    }

    [Fact]
    public async Task An_image_for_two_platforms_is_built_from_the_base_s_digest_pushed_and_served_by_its_digest()
    {
        var digest = buildx.Prepare(1000);

        var run = await folder.BuildAndPush(Settings, Image).RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        run.Outputs("PushImages", Image.Name)["digest"].ShouldBe(digest);
        (await folder.ServedAsync(Image.Name, "git-0123456789ab", Token)).ShouldBe(digest);
        buildx.Received("Dockerfile").ShouldStartWith($"FROM {folder.Base}\n");
        buildx.Received("app/start").ShouldBe("#!/bin/sh\n");
        buildx.Calls.ShouldContain($"{folder.Engine} docker buildx build --progress plain --file Dockerfile");
        Directory.Exists(run.Outputs("BuildImages", Image.Name)["archive"]).ShouldBeFalse();
        var calls = buildx.Calls;
        (await folder.BuildAndPush(Settings, Image).RunAsync(ImageFolder.Commit, Token)).EventOf("BuildImages", Image.Name).ShouldBe("Unchanged");
        buildx.Calls.ShouldBe(calls);
    }

    [Fact]
    public async Task What_it_built_is_scanned_before_it_is_pushed()
    {
        var layer = BaseImageTests.Archive("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\n\n");
        buildx.Prepare(layer, layer);
        (await folder.Run(new BuildImagesStage([Image], Settings)).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeNull();
        var layout = new DirectoryInfo(Path.Combine(fixture.Folder, Path.GetFileName(folder.Image.Context), "deployments")).GetDirectories("images", SearchOption.AllDirectories).Single().GetDirectories().Single();
        var build = new ImageBuild { Image = Image, Repository = "", ContentTag = "c-1", CommitTag = "git-1", Archive = layout.FullName };

        var inventory = await new Deploy.Images.Scanning.Inventory.ImageReader(Settings, TimeProvider.System).ReadAsync(build, Token);

        inventory.Packages.Single().Name.ShouldBe("musl");
    }

    [Fact]
    public async Task A_build_that_fails_names_instruction_and_line()
    {
        buildx.Fail(
            """
            #7 [linux/amd64 2/2] COPY app /app
            ------
             > [linux/amd64 2/2] COPY app /app:
            ------
            Dockerfile:2
            --------------------
            ERROR: failed to solve: failed to compute cache key: "/app": not found
            """);

        var failure = (await folder.BuildAndPush(Settings, Image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<ImageBuildException>();

        (failure.Instruction, failure.Line).ShouldBe(("COPY app /app", 2));
        failure.Fact.ShouldContain("\"/app\": not found");
    }

    [Fact]
    public async Task The_engine_s_own_BuildKit_is_not_asked_for_what_it_refuses()
    {
        var engine = new RecordingBuildx(Directory.CreateDirectory(Path.Combine(tools.FullName, "engine")).FullName, "docker");
        var settings = Settings with { DockerCli = engine.Cli };

        (await folder.BuildAndPush(settings, Image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<SeveralPlatformsException>();
        // It takes the command; that nothing is in the engine then is found out, since this executable loads nothing.
        (await folder.BuildAndPush(settings, folder.Image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<Deployments.Steps.StepNotVerifiedException>();
        engine.Calls.ShouldContain("--provenance false --load -");
    }

    [Fact]
    public async Task The_registry_s_login_reaches_it_and_nothing_of_it_is_on_the_disk_or_in_an_argument()
    {
        buildx.Prepare(1000);
        var before = Directory.GetDirectories(Path.GetTempPath(), "maily-docker-*");
        var settings = Settings with { User = "robot", Password = new Secrets.Secret("s3cret\"word") };

        (await folder.BuildAndPush(settings, Image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeNull();

        buildx.Login.ShouldContain("\"Username\":\"robot\"");
        buildx.Login.ShouldContain("s3cret");
        buildx.Calls.ShouldNotContain("s3cret");
        Directory.GetDirectories(Path.GetTempPath(), "maily-docker-*").Except(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task Validate_shows_what_builds()
    {
        (await CheckAsync(Settings)).Fact.ShouldBe("buildx 0.19.3, builder of type docker-container with BuildKit 0.17.2: cache in the registry, provenance and SBOM");
        (await CheckAsync(Settings with { Builder = BuilderChoice.Engine }, folder.Image)).Fact.ShouldStartWith("the engine's own");
        (await CheckAsync(Settings, Image with { Platforms = ["linux/riscv64"] })).Outcome.ShouldBe(CheckOutcome.Failed);
    }

    [Fact]
    public async Task A_registry_that_cuts_the_connection_at_90_percent_gets_the_rest()
    {
        var digest = buildx.Prepare(Large);
        await using var wire = Wire.Open("registry", new IPEndPoint(IPAddress.Loopback, folder.Settings.Registry.Uri.Port), TimeProvider.System);
        var cuts = folder.CutAt(wire, Large * 9L / 10, complete: 3, done => done < 1);

        var run = await folder.BuildAndPush(Settings with { Registry = new RegistryAddress($"127.0.0.1:{wire.Port}", "") }, Image).RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        cuts().ShouldBe(1);
        (await folder.ServedAsync(Image.Name, "git-0123456789ab", Token)).ShouldBe(digest);
    }

    [Fact]
    public async Task A_half_push_is_explained_and_finished_by_the_next_one_which_sends_the_rest_only()
    {
        var digest = buildx.Prepare(Large);
        await using var wire = Wire.Open("registry", new IPEndPoint(IPAddress.Loopback, folder.Settings.Registry.Uri.Port), TimeProvider.System);
        var settings = Settings with { Registry = new RegistryAddress($"127.0.0.1:{wire.Port}", "") };
        var broken = true;
        var cuts = folder.CutAt(wire, Large * 9L / 10, complete: 3, _ => broken);

        var failure = (await folder.BuildAndPush(settings, Image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<ImagePushException>();
        var sent = wire.Sent;
        broken = false;
        var later = await folder.BuildAndPush(settings, Image).RunAsync(ImageFolder.Commit, Token);

        failure.Remedy.ShouldContain("./build.sh PushImages");
        later.Failure.ShouldBeNull();
        cuts().ShouldBe(6);
        // Cut six times at its end, the second layer was not begun anew each time; the next run sends that one only.
        const int Layer = Large / (64 * 1024);
        sent.ShouldBeLessThan(3 * Layer);
        (wire.Sent - sent).ShouldBeLessThan(Layer * 8 / 5);
        (await folder.ServedAsync(Image.Name, "git-0123456789ab", Token)).ShouldBe(digest);
    }

    async Task<CheckResult> CheckAsync(ImageSettings settings, ImageSpec? image = null) =>
        await ImageChecks.For([image ?? Image], settings, TimeProvider.System).Single(check => check.Name == "builder").RunAsync(Token);
}
