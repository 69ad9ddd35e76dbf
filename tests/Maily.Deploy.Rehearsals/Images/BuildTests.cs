using Maily.Deploy.Images;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Tests;
using Maily.Deploy.Validation;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>How builds go on, end and are told of.</summary>
public sealed class BuildTests(SandboxFixture fixture)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Dockerfile_that_fails_at_step_7_is_explained_with_its_line_its_instruction_and_the_last_lines()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile",
            $"""
            # the base
            FROM {folder.Base}
            ENV A=1 \
                # one more
                B=2

            RUN echo three
            ENV C=4
            RUN echo five
            RUN echo \
                six
            RUN echo told-you-so; exit 3
            RUN echo never
            """);

        var failure = (await folder.BuildAndPush().RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<ImageBuildException>();

        // The engine counts the labels that are asked for as further steps.
        failure.Instruction.ShouldNotBeNull().ShouldMatch("^Step 7/[0-9]+ : RUN echo told-you-so; exit 3$");
        failure.Line.ShouldBe(12);
        failure.Remedy.ShouldContain($"{Path.Combine(folder.Image.Context, "Dockerfile")} on line 12");
        failure.Evidence.ShouldNotBeNull().ShouldContain("told-you-so");
        failure.Fact.ShouldContain("non-zero code: 3");
    }

    [Fact]
    public async Task Progress_says_each_step_of_each_image()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nRUN echo hello\n");
        var lines = new LogLines(LogLevel.Information);

        var run = await new Rollouts.DeploymentRun(Path.Combine(fixture.Folder, folder.Image.Name), new BuildImagesStage([folder.Image], folder.Settings)) { Log = lines }.RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        var steps = lines.All.Where(line => line.StartsWith(folder.Image.Name + ": step", StringComparison.Ordinal)).ToList();
        steps[0].ShouldStartWith($"{folder.Image.Name}: step 1/");
        steps[0].ShouldContain("FROM");
        steps[1].ShouldEndWith(", RUN echo hello");
    }

    [Fact]
    public async Task No_more_images_are_built_at_once_than_allowed()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nARG WHICH\nRUN sleep 1; echo $WHICH\n");
        var images = Enumerable.Range(0, 3).Select(at => folder.Image with { Name = $"{folder.Image.Name}-{at}", BuildArguments = folder.Image.BuildArguments.Add("WHICH", $"{at}") }).ToArray();
        var lines = new LogLines(LogLevel.Information);

        var run = await new Rollouts.DeploymentRun(Path.Combine(fixture.Folder, folder.Image.Name), new BuildImagesStage([.. images], folder.Settings with { AtOnce = 1 })) { Log = lines }.RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        // One image's steps are never between two of another.
        var order = lines.All.Where(line => line.Contains(": step ", StringComparison.Ordinal)).Select(line => line.Split(':')[0]).ToList();
        order.Count.ShouldBeGreaterThan(6);
        order.Zip(order.Skip(1)).Count(pair => pair.First != pair.Second).ShouldBe(2);
    }

    [Fact]
    public async Task Equal_content_says_the_same_of_itself_whichever_commit_is_deployed()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nRUN echo hello\n");
        folder.Write(".dockerignore", ".git\n");
        await GitAsync(folder, "init", "--quiet");
        await GitAsync(folder, "remote", "add", "origin", "git@git.example:maily/platform.git");
        await GitAsync(folder, "add", "--all");
        await GitAsync(folder, "-c", "user.name=T", "-c", "user.email=t@maily.example", "commit", "--quiet", "--message", "one");
        var head = (await GitAsync(folder, "rev-parse", "HEAD")).Trim();

        var run = await folder.BuildAndPush().RunAsync(ImageFolder.Commit, Token);

        run.Failure.ShouldBeNull();
        var labels = await EngineImages.LabelsAsync(folder.Engine, run.Outputs("BuildImages", folder.Image.Name)["reference"]!, Token);
        labels["org.opencontainers.image.revision"].ShouldBe(head);
        labels["org.opencontainers.image.source"].ShouldBe("https://git.example/maily/platform");
        labels["org.opencontainers.image.created"].ShouldMatch("^20[0-9]{2}-[0-9-]+T[0-9:]+Z$");
        labels["maily.dev/content"].ShouldBe(run.Outputs("PushImages", folder.Image.Name)["content"]);
    }

    [Fact]
    public async Task What_no_commit_has_is_refused_and_built_under_another_name_where_it_is_allowed()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nCOPY app /app\n");
        folder.Write("app/start", "#!/bin/sh\n");
        folder.Write(".dockerignore", ".git\n");
        await GitAsync(folder, "init", "--quiet");
        await GitAsync(folder, "add", "--all");
        await GitAsync(folder, "-c", "user.name=T", "-c", "user.email=t@maily.example", "commit", "--quiet", "--message", "one");
        folder.Write("app/late", "no commit has this");

        var refused = (await folder.BuildAndPush().RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<UncommittedContentException>();
        var allowed = await folder.BuildAndPush(folder.Settings with { AllowsUncommitted = true }).RunAsync(ImageFolder.Commit, Token);

        refused.Files.ShouldBe(["app/late"]);
        allowed.Failure.ShouldBeNull();
        allowed.Outputs("PushImages", folder.Image.Name)["uncommitted"].ShouldBe("app/late");
        (await folder.ServedAsync(folder.Image.Name, "git-0123456789ab-dirty", Token)).ShouldBe(allowed.Outputs("PushImages", folder.Image.Name)["digest"]);
        (await folder.ServedAsync(folder.Image.Name, "git-0123456789ab", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Several_platforms_are_refused_where_only_the_engine_builds()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\n");
        var image = folder.Image with { Platforms = ["linux/amd64", "linux/arm64"] };

        (await folder.BuildAndPush(image: image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeOfType<SeveralPlatformsException>().Remedy.ShouldContain("buildx");
        var check = ImageChecks.For([image], folder.Settings, TimeProvider.System).Single(check => check.Name == "builder");
        await Should.ThrowAsync<SeveralPlatformsException>(() => check.RunAsync(Token));
    }

    [Fact]
    public async Task What_is_for_the_engine_s_own_platform_is_built_as_ever_and_another_one_is_said_to_need_emulation()
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nRUN echo hello\n");
        var own = folder.Sandbox.Environment["MAILY_IMAGE_PLATFORM"];
        var image = folder.Image with { Platforms = [own] };

        (await folder.BuildAndPush(image: image).RunAsync(ImageFolder.Commit, Token)).Failure.ShouldBeNull();
        (await CheckAsync(image)).Outcome.ShouldBe(CheckOutcome.Passed);
        var foreign = await CheckAsync(image with { Platforms = ["linux/riscv64"] });
        foreign.Outcome.ShouldBe(CheckOutcome.Warning);
        foreign.Fact.ShouldContain($"it is {own}, and builds for linux/riscv64 need emulation");

        Task<CheckResult> CheckAsync(ImageSpec image) => ImageChecks.For([image], folder.Settings, TimeProvider.System).Single(check => check.Name == "builder").RunAsync(Token);
    }

    static Task<string> GitAsync(ImageFolder folder, params string[] arguments) => new Processes.ProcessRunner(TimeProvider.System).RunAsync(
        Processes.CommandLine.Of("git", arguments) with { WorkingDirectory = folder.Image.Context }, onLine: null, Token);
}
