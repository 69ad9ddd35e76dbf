using System.Collections.Immutable;
using Maily.Deploy.Images;
using Maily.Deploy.Images.Buildx;
using Maily.Deploy.Images.Progress;
using Maily.Deploy.Secrets;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maily.Deploy.Tests.Images;

public sealed class BuildxTests
{
    const string Inspection =
        """
        Name:          maily
        Driver:        docker-container
        Last Activity: 2026-11-20 10:00:00 +0000 UTC

        Nodes:
        Name:                  maily0
        Endpoint:              unix:///var/run/docker.sock
        Status:                running
        BuildKit version:      v0.17.2
        Platforms:             linux/amd64, linux/amd64/v2, linux/arm64*
        """;

    static readonly ImageOrigin Origin = new("0123456789abcdef0123456789abcdef01234567", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), "https://git.example/maily/platform");

    static readonly ImageBuild Build = new()
    {
        Image = new() { Name = "api", Context = "/context", Platforms = ["linux/amd64", "linux/arm64"], BuildArguments = ImmutableSortedDictionary<string, string>.Empty.Add("A", "b c") },
        Repository = "ghcr.io/maily/api", ContentTag = "c-0123456789abcdef", CommitTag = "git-0123456789ab",
    };

    static readonly ImageSettings Settings = ImageSettings.From(new Variables([new("DOCKER_HOST", "tcp://127.0.0.1:2375", "test")]));

    [Fact]
    public void A_probe_reads_version_driver_BuildKit_and_platforms()
    {
        var found = BuildxFound.Read("github.com/docker/buildx v0.19.3 48d6a3927a8a\n", Inspection).ShouldNotBeNull();

        found.ToString().ShouldBe("buildx 0.19.3, builder of type docker-container with BuildKit 0.17.2");
        found.HasOwnBuilder.ShouldBeTrue();
        found.Platforms.ShouldBe(["linux/amd64", "linux/amd64/v2", "linux/arm64"]);
        BuildxFound.Read("docker: 'buildx' is not a docker command.", "").ShouldBeNull();
    }

    [Fact]
    public void A_builder_of_its_own_builds_all_platforms_attests_and_keeps_its_cache_in_the_registry() =>
        BuildxCommand.Of(Build, Origin, Settings, BuildxFound.Read("github.com/docker/buildx v0.19.3 4", Inspection)!, "/out/api.tar").ToString().ShouldBe(
            "DOCKER_HOST=*** docker buildx build --progress plain --file Dockerfile --tag ghcr.io/maily/api:c-0123456789abcdef --platform linux/amd64,linux/arm64 "
            + "--build-arg 'A=b c' --build-arg REVISION=0123456789abcdef0123456789abcdef01234567 --build-arg SOURCE_DATE_EPOCH=1700000000 "
            + "--label maily.dev/content=c-0123456789abcdef --label org.opencontainers.image.created=2023-11-14T22:13:20Z "
            + "--label org.opencontainers.image.revision=0123456789abcdef0123456789abcdef01234567 --label org.opencontainers.image.source=https://git.example/maily/platform "
            + "--provenance mode=max --sbom true --cache-from type=registry,ref=ghcr.io/maily/api:buildcache "
            + "--cache-to type=registry,ref=ghcr.io/maily/api:buildcache,mode=max,ignore-error=true --output type=oci,dest=/out/api.tar,rewrite-timestamp=true -");

    [Fact]
    public void An_older_builder_is_asked_for_nothing_that_it_does_not_know()
    {
        var command = BuildxCommand.Of(Build, Origin, Settings, new BuildxFound(new(0, 9, 1), "docker-container", new(0, 10, 6), []), "/out/api.tar").ToString();

        new[] { "--provenance", "--sbom", "ignore-error", "rewrite-timestamp" }.Where(command.Contains).ShouldBeEmpty();
    }

    [Fact]
    public void The_engine_s_own_BuildKit_leaves_one_platform_in_the_engine_and_refuses_several()
    {
        var engine = new BuildxFound(new(0, 19, 3), "docker", null, []);

        BuildxCommand.Of(Build with { Image = Build.Image with { Platforms = [] } }, Origin, Settings, engine, "/out").ToString().ShouldEndWith("--provenance false --load -");
        Should.Throw<SeveralPlatformsException>(() => BuildxCommand.Of(Build, Origin, Settings, engine, "/out")).Remedy.ShouldContain("docker buildx create --use");
    }

    [Fact]
    public void What_failed_is_read_with_its_line()
    {
        using var progress = new ImageProgress(NullLogger.Instance, "api", TimeProvider.System);
        var log = new BuildxLog(progress);
        foreach (var line in Failing.Split('\n'))
            log.Take(line);

        (log.Instruction, log.Line).ShouldBe(("RUN make -j8", 7));
        log.Error.ShouldBe("process \"/bin/sh -c make -j8\" did not complete successfully: exit code: 2");
        log.Tail.ShouldContain("make: *** [all] Error 2");
    }

    const string Failing =
        """
        #1 [internal] load build definition from Dockerfile
        #1 DONE 0.0s
        #7 [linux/amd64 build 4/6] RUN make -j8
        #7 0.412 make: *** [all] Error 2
        #7 ERROR: process "/bin/sh -c make -j8" did not complete successfully: exit code: 2
        ------
         > [linux/amd64 build 4/6] RUN make -j8:
        0.412 make: *** [all] Error 2
        ------
        Dockerfile:7
        --------------------
           5 |     COPY . .
           6 |     # all of it
           7 | >>> RUN make -j8
        --------------------
        ERROR: failed to solve: process "/bin/sh -c make -j8" did not complete successfully: exit code: 2
        """;
}
