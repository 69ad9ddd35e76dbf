using System.Collections.Immutable;
using Maily.Deploy.Images;
using Maily.Deploy.Secrets;
using Maily.Deploy.Tests.Git;

namespace Maily.Deploy.Tests.Images;

/// <summary>The folder of one image in a git repository of its own.</summary>
sealed class ImageRepository : IDisposable
{
    readonly GitFolder git = new();

    public string Root => git.Path;

    /// <summary>The image; its context is a folder below the repository's root.</summary>
    public ImageSpec Image => new() { Name = "api", Context = Path.Combine(Root, "services", "api") };

    /// <summary>A repository with a committed image.</summary>
    public static async Task<ImageRepository> CreateAsync()
    {
        var repository = new ImageRepository();
        repository.Write("Dockerfile", "FROM scratch\nCOPY app /app\n");
        repository.Write(".dockerignore", "*\n!app\napp/*.tmp\n");
        repository.Write("app/start", "#!/bin/sh\n");
        repository.Write("app/serve", "#!/bin/sh\n");
        await repository.GitAsync("init", "--quiet");
        await repository.CommitAsync("first", 1_700_000_000);
        return repository;
    }

    public void Write(string path, string text)
    {
        var file = Path.Combine(Image.Context, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void WriteBeside(string path, string text) => Write(Path.Combine(Root, path), text);

    /// <summary>Commits all, at a time in seconds, and gives the commit.</summary>
    public async Task<string> CommitAsync(string subject, long at)
    {
        await GitAsync("add", "--all");
        await git.RunAsync(git.CommandOf("-c", "user.name=Test", "-c", "user.email=test@maily.example", "commit", "--quiet", "--message", subject) with
        {
            Environment = ImmutableDictionary<string, Secret>.Empty.Add("GIT_COMMITTER_DATE", new($"@{at} +0000")),
        });
        return (await GitAsync("rev-parse", "HEAD")).Trim();
    }

    public Task<string> GitAsync(params string[] arguments) => git.GitAsync(arguments);

    public void Dispose() => git.Dispose();
}
