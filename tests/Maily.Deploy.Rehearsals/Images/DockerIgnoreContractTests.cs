using System.Collections.Immutable;
using Maily.Deploy.Images;
using Maily.Deploy.Processes;
using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>What we say that a build sees is what arrives in it where the vendor's own client reads the rules.</summary>
public sealed class DockerIgnoreContractTests(SandboxFixture fixture)
{
    const string Arrived = "/arrived/";

    static readonly string[] Files =
    [
        "a.log", "keep.log", "logs/a.log", "a.tmp", "deep/er/a.tmp", "docs/index.md", "docs/more/other.md", "up/b.txt", "b.txt", "c.txt", "rooted", "in/rooted", "dotted/x", "spaced",
        "test.txt", "teest.txt", "y.dat", "w.dat", "!bang", "# no comment", "node_modules/x/y.js", "node_modules/keep/z.js", "web/node_modules/x.js", "folder/one", "folder/sub/two",
        "x/1/2/y", "x/y", "secret.key", "in/secret.key", "in/secret-open", "a+b(c)", "aab(c)", "b.z", "a.z", ".hidden/x", "UPPER.LOG",
    ];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("# a comment", " # no comment", "*.log", "!keep.log", "**/*.tmp", "docs/**", "!docs/index.md", "up/../b.txt", "../c.txt", "/rooted", "./dotted/", "  spaced  ")]
    [InlineData("te?t.txt", "[x-z].dat", "[^a].z", "\\!bang", "node_modules", "!node_modules/keep", "folder/*", "!folder/sub", "x/**/y", "**/secret*", "! in/secret-open", "a+b(c)", ".*")]
    [InlineData("*", "!docs", "docs/more", "!x/1", "!.hidden/*")]
    [InlineData("**", "!a.log", ".", "/", "!/../c.txt")]
    public async Task The_files_that_we_see_are_those_that_arrive(params string[] rules)
    {
        using var folder = await ImageFolder.CreateAsync(fixture);
        foreach (var file in Files)
            folder.Write(file, file);
        folder.Write("Dockerfile", $"FROM {folder.Base}\nCOPY . {Arrived}\nRUN find {Arrived} ! -type d\n");
        folder.Write(".dockerignore", string.Join('\n', rules));

        var seen = BuildContext.Of(folder.Image).Entries.Select(entry => entry.Path).Where(path => path is not ("Dockerfile" or ".dockerignore")).ToArray();
        var arrived = await BuildAsync(folder);

        seen.Length.ShouldBeLessThan(Files.Length - 4);
        arrived.ShouldBe(seen);
    }

    // The client itself leaves files out where the engine's first builder builds.
    static async Task<string[]> BuildAsync(ImageFolder folder)
    {
        var docker = CommandLine.Of("docker", "-H", folder.Engine, "build", "--no-cache", "--force-rm", "--tag", folder.Image.Name, folder.Image.Context) with
        {
            Environment = ImmutableDictionary<string, Secret>.Empty.Add("DOCKER_BUILDKIT", new("0")),
        };
        var runner = new ProcessRunner(TimeProvider.System);
        var output = await runner.RunAsync(docker, onLine: null, Token);
        await runner.RunAsync(CommandLine.Of("docker", "-H", folder.Engine, "rmi", "--force", folder.Image.Name), onLine: null, Token);
        return [.. output.Split('\n').Where(line => line.StartsWith(Arrived, StringComparison.Ordinal)).Select(line => line[Arrived.Length..].TrimEnd())
            .Where(path => path is not ("Dockerfile" or ".dockerignore")).Order(StringComparer.Ordinal)];
    }
}
