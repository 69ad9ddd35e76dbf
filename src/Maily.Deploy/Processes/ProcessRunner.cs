using System.ComponentModel;
using System.Text;
using CliWrap;
using CliWrap.Exceptions;

namespace Maily.Deploy.Processes;

/// <summary>Runs command lines. A cancelled command is asked to stop (SIGINT), and killed after <see cref="Grace"/>.</summary>
public sealed class ProcessRunner(TimeProvider time)
{
    const int EvidenceLines = 20;

    /// <summary>How long a cancelled command may take to end by itself.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Runs the command and gives its standard output; each line of both streams also goes to <paramref name="onLine"/>.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="onLine">Gets each line, from two threads.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <exception cref="CommandFailedException">It ended with another exit code than 0; the last lines are the evidence.</exception>
    /// <exception cref="CommandMissingException">There is no such executable.</exception>
    public async Task<string> RunAsync(CommandLine command, Action<string>? onLine, CancellationToken cancellation, Stream? input = null)
    {
        var output = new StringBuilder();
        var tail = new Queue<string>();
        void Keep(string line)
        {
            lock (tail)
            {
                tail.Enqueue(line);
                if (tail.Count > EvidenceLines)
                    tail.Dequeue();
            }

            onLine?.Invoke(line);
        }

        string Told(string lines) => command.Tells is { } tells ? tells(lines) : lines;

        var result = await ExecuteAsync(command, line => { output.AppendLine(line); Keep(line); }, Keep, input, cancellation);
        return result == 0 ? output.ToString() : throw new CommandFailedException(command, result, Told(string.Join(Environment.NewLine, tail)));
    }

    async Task<int> ExecuteAsync(CommandLine command, Action<string> onOutput, Action<string> onError, Stream? input, CancellationToken cancellation)
    {
        using var kill = new CancellationTokenSource();
        await using var escalate = cancellation.Register(() => _ = KillLaterAsync(kill));
        try
        {
            var result = await Cli.Wrap(command.Executable)
                .WithArguments(command.Arguments)
                .WithEnvironmentVariables(Variables(command))
                .WithWorkingDirectory(command.WorkingDirectory ?? Directory.GetCurrentDirectory())
                .WithValidation(CommandResultValidation.None)
                .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromStream(input))
                .WithStandardOutputPipe(PipeTarget.ToDelegate(onOutput))
                .WithStandardErrorPipe(PipeTarget.ToDelegate(onError))
                .ExecuteAsync(kill.Token, cancellation);
            return result.ExitCode;
        }
        catch (Win32Exception missing)
        {
            throw new CommandMissingException(command.Executable, missing);
        }
        catch (CliWrapException failed) when (failed is not CommandExecutionException)
        {
            throw new CommandFailedException(command, -1, failed.Message);
        }
    }

    static Dictionary<string, string?> Variables(CommandLine command) =>
        command.Tuning.Concat(command.Environment.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Reveal()))).ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.Ordinal);

    async Task KillLaterAsync(CancellationTokenSource kill)
    {
        await Task.Delay(Grace, time, CancellationToken.None);
        try
        {
            await kill.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The command ended by itself within the grace period: nothing is left to kill.
        }
    }
}

/// <summary>A command ended with another exit code than 0.</summary>
public sealed class CommandFailedException(CommandLine command, int exitCode, string lastLines)
    : DeployException($"`{command}` ended with exit code {exitCode}.", "See its last lines above; run it by hand to see more.", lastLines)
{
    /// <summary>The exit code; -1 where there is none.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>An executable is not on this machine.</summary>
public sealed class CommandMissingException(string executable, Exception? cause = null)
    : DeployException($"`{executable}` is not on this machine.", $"Install it and make sure that `{executable}` is on PATH.", cause: cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
