using System.Collections.Immutable;
using Maily.Deploy.Processes;
using Maily.Deploy.Sandbox.Instances;
using Maily.Deploy.Sandbox.Processes;
using Maily.Deploy.Sandbox.Tools;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Sandbox;

/// <summary>
/// All far sides of a deployment on loopback, from <see cref="StartAsync"/> until it is disposed of. Several may run at once. When
/// its process is killed, the kernel takes everything it started with it, and the next sandbox removes the files.
/// </summary>
public sealed class RunningSandbox : IAsyncDisposable
{
    readonly Started started;

    RunningSandbox(Started started, InstanceFolder folder) => (this.started, Folder) = (started, folder.Path);

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The file with its variables, for shells; only the owner can read it.</summary>
    public required string EnvironmentFile { get; init; }

    /// <summary>The variables with which a deployment runs against it.</summary>
    public required ImmutableSortedDictionary<string, string> Environment { get; init; }

    /// <summary>Its far sides, with state that tests can read and faults that they can set.</summary>
    public required SandboxParts Parts { get; init; }

    /// <summary>Installs what is missing, starts all far sides side by side, and waits until each answers.</summary>
    /// <exception cref="ToolMissingException">Something is not on this machine and cannot be installed from here.</exception>
    /// <exception cref="FarSideException">A far side did not start; everything else is stopped and removed.</exception>
    public static async Task<RunningSandbox> StartAsync(SandboxOptions options, ILogger log, CancellationToken cancellation)
    {
        var tools = new ToolLocator();
        var runner = new ProcessRunner(options.Time);
        await new ToolInstaller(tools, runner, log).EnsureAsync(LocalParts.Needed(options), cancellation);
        var started = new Started();
        try
        {
            return await new SandboxStart(options, tools, runner, started, log).RunAsync(cancellation);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops and removes everything; a second call does nothing.</summary>
    public ValueTask DisposeAsync() => started.DisposeAsync();

    internal static RunningSandbox Of(Started started, InstanceFolder folder, SandboxParts parts, ImmutableSortedDictionary<string, string> environment, string file) =>
        new(started, folder)
        {
            Parts = parts,
            Environment = environment,
            EnvironmentFile = file,
        };
}
