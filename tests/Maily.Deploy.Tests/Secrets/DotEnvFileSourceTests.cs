using Maily.Deploy.Git;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Git;

namespace Maily.Deploy.Tests.Secrets;

public sealed class DotEnvFileSourceTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_private_ignored_file_gives_its_variables()
    {
        using var folder = new GitFolder();
        await folder.StartAsync(".env.*\n");
        Write(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var variables = await VariablesLoader.LoadAsync("production", folder.Path, [], [Source], Token);

        variables.Find("VERCEL_TOKEN").ShouldBe("from-file");
        variables.SourceOf("VERCEL_TOKEN").ShouldBe(".env.production");
    }

    [Fact]
    public async Task A_file_that_others_may_read_is_refused()
    {
        using var folder = new GitFolder();
        await folder.StartAsync(".env.*\n");
        Write(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var error = await Should.ThrowAsync<ExposedSecretFileException>(() => VariablesLoader.LoadAsync("production", folder.Path, [], [Source], Token));

        error.Remedy.ShouldContain("chmod 600");
        error.Kind.ShouldBe(FailureKind.Refused);
    }

    [Fact]
    public async Task A_file_that_git_would_take_is_refused()
    {
        using var folder = new GitFolder();
        await folder.StartAsync("bin/\n");
        Write(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        (await Should.ThrowAsync<ExposedSecretFileException>(() => VariablesLoader.LoadAsync("production", folder.Path, [], [Source], Token)))
            .Fact.ShouldContain("git-ignored");
    }

    [Fact]
    public async Task Outside_of_a_repository_only_the_mode_counts()
    {
        using var folder = new GitFolder();
        Write(folder, UnixFileMode.UserRead);

        (await VariablesLoader.LoadAsync("production", folder.Path, [], [Source], Token)).Find("VERCEL_TOKEN").ShouldBe("from-file");
    }

    [Fact]
    public async Task The_process_environment_wins_over_the_file()
    {
        using var folder = new GitFolder();
        Write(folder, UnixFileMode.UserRead);
        var process = new ProcessEnvironmentSource(new Dictionary<string, string>(StringComparer.Ordinal) { ["NUKE_VERCEL_TOKEN"] = "prefixed", ["VERCEL_TOKEN"] = "plain" });

        (await VariablesLoader.LoadAsync("production", folder.Path, [], [process, Source], Token)).Find("VERCEL_TOKEN").ShouldBe("plain");
    }

    static DotEnvFileSource Source => new(new GitReader(new ProcessRunner(TimeProvider.System)));

    static void Write(GitFolder folder, UnixFileMode mode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var file = System.IO.Path.Combine(folder.Path, ".env.production");
        File.WriteAllText(file, "VERCEL_TOKEN=from-file\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, mode);
    }
}
