using System.Collections.Concurrent;
using System.Diagnostics;

namespace Maily.Deploy.Sandbox.Processes;

/// <summary>
/// Starts processes from one thread that lives as long as the sandbox. The kernel's parent-death signal watches the thread that
/// started a child, not its process: a thread of the pool that retires would take the child with it.
/// </summary>
public sealed class Launcher : IAsyncDisposable
{
    readonly BlockingCollection<Action> work = [];
    readonly Thread thread;

    /// <summary>Starts the thread.</summary>
    public Launcher()
    {
        thread = new Thread(Work) { IsBackground = true, Name = "sandbox launcher" };
        thread.Start();
    }

    /// <summary>Starts a process and gives it; its streams are closed pipes, so that it never touches the terminal.</summary>
    public Task<Process> StartAsync(string executable, IEnumerable<string> arguments)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        work.Add(() => Start(executable, arguments, started));
        return started.Task;
    }

    /// <summary>Ends the thread, and with it whatever was started and still runs.</summary>
    public ValueTask DisposeAsync()
    {
        work.CompleteAdding();
        return ValueTask.CompletedTask;
    }

    void Work()
    {
        using (work)
        {
            foreach (var action in work.GetConsumingEnumerable())
                action();
        }
    }

    static void Start(string executable, IEnumerable<string> arguments, TaskCompletionSource<Process> started)
    {
        try
        {
            var info = new ProcessStartInfo(executable, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            started.SetResult(Process.Start(info) ?? throw new InvalidOperationException($"{executable} did not start."));
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            started.SetException(failure);
        }
    }
}
