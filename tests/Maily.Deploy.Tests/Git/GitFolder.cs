using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Git;

/// <summary>A temporary folder, on request a repository with one commit; removed at the end.</summary>
sealed class GitFolder : IDisposable
{
    readonly ProcessRunner runner = new(TimeProvider.System);

    public string Path { get; } = Directory.CreateTempSubdirectory("maily-git-").FullName;

    public async Task StartAsync(string ignored = "")
    {
        await GitAsync("init", "--quiet", "--initial-branch=main");
        await GitAsync("config", "user.name", "Ada");
        await GitAsync("config", "user.email", "ada@maily.example");
        await File.WriteAllTextAsync(System.IO.Path.Combine(Path, ".gitignore"), ignored, TestContext.Current.CancellationToken);
        await GitAsync("add", ".gitignore");
        await GitAsync("commit", "--quiet", "--message", "First");
    }

    public Task<string> GitAsync(params string[] arguments) => RunAsync(CommandOf(arguments));

    public CommandLine CommandOf(params string[] arguments) => CommandLine.Of("git", arguments) with { WorkingDirectory = Path };

    public Task<string> RunAsync(CommandLine command) => runner.RunAsync(command, onLine: null, TestContext.Current.CancellationToken);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
