using BenchmarkDotNet.Attributes;
using Maily.Deploy.Benchmarks.Parts;

namespace Maily.Deploy.Benchmarks.Builds;

/// <summary>From the command to its end, for a command that does nothing but print; whole processes.</summary>
[Calls(7)]
public class StartOfTheBuild
{
    [GlobalSetup]
    public async Task PrepareAsync()
    {
        await Repository.RunAsync("bash", "build.sh", "--help");
        // A build server would keep this process's output open and be waited for.
        await Repository.RunAsync("dotnet", "build", "build/_build.csproj", "--nologo", "-v", "quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false");
    }

    /// <summary>The second half of NUKE's own bootstrap; the first half, a `dotnet build`, is left out in its favour.</summary>
    [Benchmark(Baseline = true, Description = "dotnet run --no-build (as NUKE's bootstrap)")]
    public Task DotNetRun() => Repository.RunAsync("dotnet", "run", "--no-build", "--project", "build/_build.csproj", "--", "--help");

    [Benchmark(Description = "./build.sh --help")]
    public Task BuildScript() => Repository.RunAsync("bash", "build.sh", "--help");

    [Benchmark(Description = "the compiled build alone")]
    public Task CompiledBuild() => Repository.RunAsync("dotnet", ".nuke/temp/bin-runner/_build.dll", "--help");
}
