using System.Diagnostics;
using System.Text;

namespace Maily.Deploy.Rehearsals.Pipelines;

/// <summary>One run of the pipeline in a process of its own, as a user starts it.</summary>
sealed class Deployer : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Longer than any deployment to a sandbox; a run that hangs shall fail its test, not the suite.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    readonly Lock gate = new();
    readonly StringBuilder output = new();
    readonly Process process;
    readonly string root;
    readonly HashSet<string> before;

    Deployer(ProcessStartInfo start, string root)
    {
        this.root = root;
        before = [.. Folders(root)];
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

    /// <summary>Starts it in a workspace with these variables added to the ones of this process; null removes one.</summary>
    public static async Task<Deployer> StartAsync(Workspace workspace, IReadOnlyDictionary<string, string?> variables, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [await CompiledBuild.GetAsync(), .. arguments, "--root", workspace.Root])
        {
            WorkingDirectory = workspace.Root, UseShellExecute = false,
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, value) in variables)
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        var deployer = new Deployer(start, workspace.Root);
        deployer.process.Start();
        deployer.process.StandardInput.Close();
        deployer.process.BeginOutputReadLine();
        deployer.process.BeginErrorReadLine();
        return deployer;
    }

    /// <summary>Waits for its end.</summary>
    public async Task<DeployerRun> EndAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The run did not end within {Limit}:\n{Output}", late);
        }

        return new(process.ExitCode, Output, Folders(root).Except(before).SingleOrDefault());
    }

    /// <summary>Waits until something is so, while it runs.</summary>
    public async Task UntilAsync(Func<bool> isSo, CancellationToken cancellation)
    {
        while (!isSo())
        {
            process.HasExited.ShouldBeFalse(Output);
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        }
    }

    /// <summary>Sends it a signal: INT as Ctrl+C does.</summary>
    public async Task SignalAsync(string signal, CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-s", signal, $"{process.Id}"]);
        await kill.WaitForExitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    static string[] Folders(string root) =>
        Path.Combine(root, "artifacts", "deployments") is var folder && Directory.Exists(folder) ? Directory.GetDirectories(folder) : [];

    void Note(string? line)
    {
        lock (gate)
            output.AppendLine(line);
    }
}
