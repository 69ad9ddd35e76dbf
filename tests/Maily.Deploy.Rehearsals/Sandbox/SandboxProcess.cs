using System.Diagnostics;

namespace Maily.Deploy.Rehearsals.Sandbox;

/// <summary>A sandbox in another process, to be interrupted or killed.</summary>
sealed class SandboxProcess : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    readonly Process process;

    SandboxProcess(Process process, string instance) => (this.process, Instance) = (process, instance);

    /// <summary>The folder of its instance.</summary>
    public string Instance { get; }

    public static async Task<SandboxProcess> StartAsync(string folder, CancellationToken cancellation, params string[] more)
    {
        var up = Path.Combine(folder, $"up-{Guid.NewGuid():N}");
        var program = Path.Combine(AppContext.BaseDirectory, "Maily.Deploy.Rehearsals.Host.dll");
        // Tests in the background of a shell ignore Ctrl+C, and so would all that they start.
        var started = Process.Start(new ProcessStartInfo("env", ["--default-signal=INT,TERM", "dotnet", "exec", program, folder, up, .. more]) { UseShellExecute = false })!;
        while (!File.Exists(up) || new FileInfo(up).Length == 0)
        {
            started.HasExited.ShouldBeFalse("the sandbox ended while it was starting");
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }

        var instance = await File.ReadAllTextAsync(up, cancellation);
        File.Delete(up);
        return new(started, instance);
    }

    /// <summary>SIGKILL, of this one process.</summary>
    public Task KillAsync(CancellationToken cancellation)
    {
        process.Kill();
        return process.WaitForExitAsync(cancellation);
    }

    /// <summary>Sends a signal and gives the exit code.</summary>
    public async Task<int> SignalAsync(string signal, CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
