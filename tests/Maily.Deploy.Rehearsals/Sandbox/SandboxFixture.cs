using Maily.Deploy.Rehearsals.Sandbox;
using Maily.Deploy.Sandbox;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace Maily.Deploy.Rehearsals.Sandbox;

/// <summary>One sandbox for all tests that only look at it, or change what no other test looks at; started by the first of them.</summary>
public sealed class SandboxFixture : IAsyncDisposable
{
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("maily-rehearsal-");
    readonly Lazy<Task<RunningSandbox>> sandbox;

    public SandboxFixture() => sandbox = new(() => StartAsync(folder.FullName, CancellationToken.None));

    public string Folder => folder.FullName;

    public Task<RunningSandbox> GetAsync()
    {
        RequireRoot();
        return sandbox.Value;
    }

    /// <summary>A sandbox of its own below a folder; with the embedded Kubernetes API unless the programs of a real one are named.</summary>
    public static Task<RunningSandbox> StartAsync(string folder, CancellationToken cancellation, string? controlPlane = null) =>
        RunningSandbox.StartAsync(new() { Folder = folder, DockerHost = null, Kubeconfig = null, ControlPlane = controlPlane }, NullLogger.Instance, cancellation);

    /// <summary>Skips the test where no engine can be started.</summary>
    public static void RequireRoot() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "A container engine of one's own needs root on Linux.");

    public async ValueTask DisposeAsync()
    {
        if (sandbox.IsValueCreated)
            await (await sandbox.Value).DisposeAsync();
        folder.Delete(recursive: true);
    }
}
