using System.Diagnostics;
using Maily.Deploy.Rehearsals.Platform;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>The repository's own pipeline as a program, compiled once for all tests.</summary>
static class CompiledBuild
{
    static readonly Lazy<Task<string>> Program = new(PrepareAsync);

    /// <summary>The repository that these tests were built from.</summary>
    public static string Repository { get; } = Path.GetFullPath(PlatformFolder.Path("..", ".."));

    /// <summary>The path of the program, as build.sh makes it.</summary>
    public static Task<string> GetAsync() => Program.Value;

    // It compiles only what is not current. Without a token: other tests wait for it too.
    static async Task<string> PrepareAsync()
    {
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(Repository, "build.sh"), "--help"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        await process.WaitForExitAsync(CancellationToken.None);
        process.ExitCode.ShouldBe(0, await output + await errors);
        return Path.Combine(Repository, ".nuke", "temp", "bin-runner", "_build.dll");
    }
}
