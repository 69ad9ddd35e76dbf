using Maily.Deploy.Processes;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox.Tools;

/// <summary>Installs what is missing, on Debian and Ubuntu as root; says so. Elsewhere it says what to install.</summary>
public sealed class ToolInstaller(ToolLocator locator, ProcessRunner runner, ILogger log)
{
    /// <summary>Makes sure that all tools are on this machine.</summary>
    /// <exception cref="ToolMissingException">Some are not, and cannot be installed from here.</exception>
    /// <exception cref="CommandFailedException">apt-get failed.</exception>
    public async Task EnsureAsync(IReadOnlyList<Tool> tools, CancellationToken cancellation)
    {
        var missing = locator.FindMissing(tools);
        if (missing.Count == 0)
            return;
        if (!CanInstall())
            throw new ToolMissingException(missing);
        await InstallAsync(AptInstallation.PackagesOf(missing), cancellation);
        if (locator.FindMissing(tools) is { Count: > 0 } still)
            throw new ToolMissingException(still);
    }

    async Task InstallAsync(IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        log.LogInformation("Installing {Packages} with apt-get, without starting their services", string.Join(", ", packages));
        using var quiet = QuietServices.Begin();
        if (!await AreKnownAsync(packages, cancellation))
            await RunAsync(AptInstallation.Update, cancellation);
        await RunAsync(AptInstallation.Install(packages), cancellation);
        log.LogInformation("Installed {Packages}", string.Join(", ", packages));
    }

    async Task<bool> AreKnownAsync(IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        try
        {
            await RunAsync(AptInstallation.Simulate(packages), cancellation);
            return true;
        }
        catch (CommandFailedException)
        {
            log.LogDebug("The package lists do not know all of {Packages}", string.Join(", ", packages));
            return false;
        }
    }

    Task RunAsync(CommandLine command, CancellationToken cancellation) =>
        runner.RunAsync(command, line => log.LogDebug("{Line}", line), cancellation);

    static bool CanInstall() => Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get");
}
