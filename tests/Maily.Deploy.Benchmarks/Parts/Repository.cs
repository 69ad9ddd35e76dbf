using Maily.Deploy.Processes;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>This repository, found from where the program lies.</summary>
static class Repository
{
    static readonly string Root = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>Runs a whole process here, as a user would.</summary>
    public static Task<string> RunAsync(string executable, params string[] arguments) => RunInAsync(Root, executable, arguments);

    /// <summary>Runs a whole process in that folder.</summary>
    public static Task<string> RunInAsync(string folder, string executable, params string[] arguments) => new ProcessRunner(TimeProvider.System).RunAsync(
        Processes.CommandLine.Of(executable, arguments) with { WorkingDirectory = folder }, onLine: null, CancellationToken.None);

    static string Find(DirectoryInfo folder) =>
        File.Exists(System.IO.Path.Combine(folder.FullName, "Maily.Deploy.slnx")) ? folder.FullName
        : Find(folder.Parent ?? throw new DirectoryNotFoundException("The benchmarks run from a clone of the repository."));
}
