using System.Diagnostics;
using System.Text;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>How a run of the build ended.</summary>
/// <param name="ExitCode">The process's; 137 after SIGKILL.</param>
/// <param name="Output">What it wrote, to both streams.</param>
sealed record DrilledRun(int ExitCode, string Output);

/// <summary>One run of the build in a process of its own, as a user starts it.</summary>
sealed class DrilledProcess : IDisposable
{
    // Longer than any deployment to a sandbox on a machine that is busy with others: one that hangs shall fail its cell, not the drill.
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    static readonly string Dotnet = Environment.ProcessPath is { } host && Path.GetFileName(host) == "dotnet" ? host : "dotnet";

    readonly Lock gate = new();
    readonly StringBuilder output = new();
    readonly Process process;

    DrilledProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
    }

    /// <summary>What it has written so far, to both streams.</summary>
    public string Output
    {
        get
        {
            lock (gate)
                return output.ToString();
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts it for the repository at <paramref name="root"/>, with these variables added to this process's own ones; null removes one.</summary>
    public static DrilledProcess Start(string program, string root, IReadOnlyDictionary<string, string?> variables, params IEnumerable<string> arguments)
    {
        // What runs in the background of a shell ignores Ctrl+C, and so would all that it starts.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,TERM", .. Path.GetExtension(program) == ".dll" ? [Dotnet, program] : new[] { program }, .. arguments, "--root", root])
        {
            WorkingDirectory = root, UseShellExecute = false,
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, value) in variables)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        var started = new DrilledProcess(start);
        started.process.Start();
        started.process.StandardInput.Close();
        started.process.BeginOutputReadLine();
        started.process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Waits for its end; one that does not end in time is killed, and its output says so.</summary>
    public async Task<DrilledRun> EndAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            Kill();
            Note($"(hung: killed after {Limit})");
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return new(process.ExitCode, Output);
    }

    /// <summary>Kills it (SIGKILL), unless it has ended.</summary>
    public void Kill()
    {
        if (!process.HasExited)
            process.Kill();
    }

    /// <summary>Sends it a signal, for instance INT as Ctrl+C does.</summary>
    public async Task SignalAsync(string signal, CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    void Note(string? line)
    {
        lock (gate)
            output.AppendLine(line);
    }
}
