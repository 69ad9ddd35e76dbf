using Maily.Deploy.Images;
using Maily.Deploy.Processes;

namespace Maily.Deploy.Tests.Images;

/// <summary>The folder of one image in a git repository of its own.</summary>
sealed class GitFolder : IDisposable
{
    readonly DirectoryInfo root = Directory.CreateTempSubdirectory("maily-context-");

    public string Root => root.FullName;

    /// <summary>The image; its context is a folder below the repository's root.</summary>
    public ImageSpec Image => new() { Name = "api", Context = Path.Combine(Root, "services", "api") };

    /// <summary>A repository with a committed image.</summary>
    public static async Task<GitFolder> CreateAsync(CancellationToken cancellation)
    {
        var folder = new GitFolder();
        folder.Write("Dockerfile", "FROM scratch\nCOPY app /app\n");
        folder.Write(".dockerignore", "*\n!app\napp/*.tmp\n");
        folder.Write("app/start", "#!/bin/sh\n");
        folder.Write("app/serve", "#!/bin/sh\n");
        await folder.GitAsync(cancellation, "init", "--quiet");
        await folder.CommitAsync("first", 1_700_000_000, cancellation);
        return folder;
    }

    public void Write(string path, string text)
    {
        var file = Path.Combine(Image.Context, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void WriteBeside(string path, string text) => Write(Path.Combine(Root, path), text);

    /// <summary>Commits all, at a time in seconds, and gives the commit.</summary>
    public async Task<string> CommitAsync(string subject, long at, CancellationToken cancellation)
    {
        await GitAsync(cancellation, "add", "--all");
        await new ProcessRunner(TimeProvider.System).RunAsync(CommandOf("-c", "user.name=Test", "-c", "user.email=test@maily.example", "commit", "--quiet", "--message", subject) with
        {
            Environment = System.Collections.Immutable.ImmutableDictionary<string, Maily.Deploy.Secrets.Secret>.Empty.Add("GIT_COMMITTER_DATE", new($"@{at} +0000")),
        }, onLine: null, cancellation);
        return (await GitAsync(cancellation, "rev-parse", "HEAD")).Trim();
    }

    public Task<string> GitAsync(CancellationToken cancellation, params string[] arguments) =>
        new ProcessRunner(TimeProvider.System).RunAsync(CommandOf(arguments), onLine: null, cancellation);

    public void Dispose() => root.Delete(recursive: true);

    CommandLine CommandOf(params string[] arguments) => CommandLine.Of("git", arguments) with { WorkingDirectory = Root };
}
