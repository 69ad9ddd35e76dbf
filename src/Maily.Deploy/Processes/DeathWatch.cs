using System.Diagnostics;

namespace Maily.Deploy.Processes;

/// <summary>
/// Runs a command after this process has died, however it died: kill -9 and the machine's lack of memory included. A small
/// guardian waits at the other end of a pipe that only this process holds open.
/// </summary>
public sealed class DeathWatch : IDisposable
{
    // A session of its own and ignored signals: what ends the process's group must not end the guardian before its work.
    const string Script = """trap '' HUP INT TERM; exec >/dev/null 2>&1; read -r word; [ "$word" = done ] || exec "$@" """;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly Process? guardian;

    DeathWatch(Process? guardian) => this.guardian = guardian;

    /// <summary>Starts the watch. The command's paths must be absolute; its variables are handed over as they are.</summary>
    /// <exception cref="CommandMissingException">This machine has no shell.</exception>
    public static DeathWatch Start(CommandLine afterDeath)
    {
        if (OperatingSystem.IsWindows())
            return new(null);
        string[] shell = ["sh", "-c", Script, "maily-guardian", afterDeath.Executable, .. afterDeath.Arguments];
        var words = SessionStarter() is { } starter ? [starter, .. shell] : shell;
        var start = new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false, RedirectStandardInput = true, WorkingDirectory = afterDeath.WorkingDirectory ?? "/" };
        foreach (var (name, value) in afterDeath.Environment)
            start.Environment[name] = value.Reveal();
        try
        {
            return new(Process.Start(start));
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new CommandMissingException(words[0], missing);
        }
    }

    /// <summary>Ends the watch; the command is not run.</summary>
    public void Dispose()
    {
        if (guardian is null)
            return;
        try
        {
            guardian.StandardInput.Write("done\n");
            guardian.StandardInput.Close();
            guardian.WaitForExit(Patience);
        }
        catch (IOException)
        {
            // Somebody has ended the guardian: there is nothing left to call off.
        }

        guardian.Dispose();
    }

    // Of util-linux; where there is none (macOS), the ignored signals must do.
    static string? SessionStarter() =>
        new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists);
}
