using System.Collections.Immutable;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Sandbox.Tools;

/// <summary>The commands of apt-get that install packages, as values.</summary>
public static class AptInstallation
{
    // Others may be installing too; their lock is waited for.
    static readonly ImmutableArray<string> Common = ["-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Acquire::Retries=3"];

    /// <summary>Reads the package lists anew.</summary>
    public static CommandLine Update { get; } = Command("update");

    /// <summary>The packages of the tools, each once, in a fixed order.</summary>
    public static IReadOnlyList<string> PackagesOf(IEnumerable<Tool> tools) =>
        [.. tools.Select(tool => tool.Package).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Installs all packages in one call.</summary>
    public static CommandLine Install(IEnumerable<string> packages) =>
        Command("install", ["--yes", "--no-install-recommends", .. packages]);

    /// <summary>Succeeds without doing anything where the known lists have all packages.</summary>
    public static CommandLine Simulate(IEnumerable<string> packages) =>
        Command("install", ["--simulate", "--no-install-recommends", .. packages]);

    static CommandLine Command(string verb, params IEnumerable<string> arguments) =>
        CommandLine.Of("apt-get", [.. Common, verb, .. arguments]) with
        {
            Environment = ImmutableDictionary<string, Secret>.Empty.Add("DEBIAN_FRONTEND", new("noninteractive")),
        };
}
