using Maily.Deploy.Images.Scanning.Inventory;
using Maily.Deploy.Images.Scanning.Trivy;
using Maily.Deploy.Processes;
using Maily.Deploy.Secrets;

namespace Maily.Deploy.Images.Scanning;

/// <summary>Finds the scanner of this machine: trivy on PATH, else a trivy server alone.</summary>
public static class ImageScanners
{
    /// <summary>How to get one.</summary>
    public const string HowToGet = "Install trivy, or set TRIVY_SERVER_URL to a `trivy server`.";

    /// <summary>The scanner, or null where there is neither trivy nor a server.</summary>
    /// <exception cref="MalformedVariableException">TRIVY_SERVER_URL is no address.</exception>
    public static IImageScanner? Find(Variables variables, ProcessRunner processes, TimeProvider time)
    {
        var (trivy, images) = (TrivySettings.From(variables), ImageSettings.From(variables));
        var server = trivy.Server is null ? null : new TrivyServer(trivy, new ImageReader(images, time), time);
        return Installed(variables.Find("PATH") ?? "") is { } executable ? new TrivyCommand(executable, trivy, images, processes, server) : server;
    }

    static string? Installed(string path) => path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => new[] { Path.Combine(folder, "trivy"), Path.Combine(folder, "trivy.exe") }).FirstOrDefault(File.Exists);
}
