using System.Diagnostics;

namespace Maily.Deploy.Sandbox.Processes;

/// <summary>
/// A long-lived process of the sandbox, with its log in a file. Nothing of a sandbox is to last, so stopping it means
/// killing it: that is immediate, and a namespace of its own leaves nothing behind.
/// </summary>
public sealed class FarSideProcess : IAsyncDisposable
{
    const int EvidenceLines = 20;

    // The shell puts the log in place and then becomes the command, so that the log does not need the sandbox to be written.
    const string IntoLog = "exec \"$@\" >>\"$0\" 2>&1 </dev/null";

    readonly Process process;
    readonly TimeProvider time;
    bool stopped;

    FarSideProcess(string name, string logFile, Process process, TimeProvider time) =>
        (Name, LogFile, this.process, this.time) = (name, logFile, process, time);

    /// <summary>The far side's name.</summary>
    public string Name { get; }

    /// <summary>Both output streams.</summary>
    public string LogFile { get; }

    /// <summary>The number, on this machine, of the first process of its namespaces.</summary>
    public int FirstInside => ProcessIdentity.FirstChildOf(process.Id)?.Id ?? throw Failed("has ended.");

    /// <summary>Starts the command with the given containment.</summary>
    public static async Task<FarSideProcess> StartAsync(FarSideCommand command, ProcessHost host)
    {
        var logFile = Path.Combine(host.LogFolder, command.Name + ".log");
        string[] words = ["-c", IntoLog, logFile, .. host.Containment.Prefix(), command.Executable, .. command.Arguments];
        var started = await host.Launcher.StartAsync("/bin/sh", words);
        if (ProcessIdentity.Of(started.Id) is { } identity)
            host.Register(identity);
        return new(command.Name, logFile, started, host.Time);
    }

    /// <summary>Gives <paramref name="farSide"/> once it answers; where it does not, the process is stopped before the error is passed on.</summary>
    /// <param name="farSide">What the process serves.</param>
    /// <param name="answers">True once it answers; it may throw while it does not.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="FarSideException">It ended, or did not answer in time; the last lines of its log are the evidence.</exception>
    public async Task<T> ReadyAsync<T>(T farSide, Func<CancellationToken, Task<bool>> answers, TimeSpan timeout, CancellationToken cancellation)
    {
        try
        {
            await WaitUntilAsync(answers, timeout, cancellation);
            return farSide;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The last lines of the log.</summary>
    public string ReadLogTail() =>
        File.Exists(LogFile) ? string.Join(Environment.NewLine, File.ReadLines(LogFile).TakeLast(EvidenceLines)) : "";

    /// <summary>Kills the process and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref stopped, true))
            return;
        var first = ProcessIdentity.FirstChildOf(process.Id);
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        // Of a namespace, its first process ends last: then all others are gone too.
        if (first is not null)
            await first.KillAsync(time, CancellationToken.None);
        process.Dispose();
    }

    async Task WaitUntilAsync(Func<CancellationToken, Task<bool>> answers, TimeSpan timeout, CancellationToken cancellation)
    {
        var started = time.GetTimestamp();
        while (!await Readiness.AnswersAsync(answers, cancellation))
        {
            if (process.HasExited)
                throw Failed($"ended with exit code {process.ExitCode} while it was starting.");
            if (time.GetElapsedTime(started) > timeout)
                throw Failed($"did not answer within {timeout.TotalSeconds:0} s.");
            await Task.Delay(Readiness.Pause, time, cancellation);
        }
    }

    FarSideException Failed(string fact) =>
        new(Name, fact, $"Read the last lines of its log above; the whole log was {LogFile}.", ReadLogTail());
}

/// <summary>What to start.</summary>
/// <param name="Name">The far side's name, also of its log.</param>
/// <param name="Executable">Full path, or name on PATH.</param>
/// <param name="Arguments">Arguments as they are passed.</param>
public sealed record FarSideCommand(string Name, string Executable, IReadOnlyList<string> Arguments);

/// <summary>What all processes of one sandbox share.</summary>
/// <param name="Launcher">The thread that they hang on.</param>
/// <param name="Containment">How they are bound to it.</param>
/// <param name="LogFolder">Where their logs go.</param>
/// <param name="Time">The clock.</param>
/// <param name="Register">Called with each process as soon as it is started, so that a later sandbox knows of it.</param>
public sealed record ProcessHost(Launcher Launcher, Containment Containment, string LogFolder, TimeProvider Time, Action<ProcessIdentity> Register);
