using System.Globalization;
using Maily.Deploy.Sandbox.Processes;

namespace Maily.Deploy.Rehearsals.Sandbox;

/// <summary>What the kernel says about processes and sockets.</summary>
static class Machine
{
    const string Listening = "0A";
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Processes whose command line names the text.</summary>
    public static IReadOnlyList<int> ProcessesNaming(string text) =>
        [.. Processes().Where(id => CommandLineOf(id).Contains(text, StringComparison.Ordinal))];

    /// <summary>Waits until a list is empty; gives what is left after five seconds.</summary>
    public static async Task<IReadOnlyList<int>> RemainingAsync(Func<IReadOnlyList<int>> look, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < 250 && look().Count > 0; attempt++)
            await Task.Delay(Pause, TimeProvider.System, cancellation);
        return look();
    }

    /// <summary>A file's rights.</summary>
    public static UnixFileMode ModeOf(string file) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(file);

    /// <summary>The session that a process belongs to.</summary>
    public static int SessionOf(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], CultureInfo.InvariantCulture);
    }

    /// <summary>The addresses, as the kernel prints them, on which something listens at a port.</summary>
    public static IReadOnlyList<string> ListenersOn(int port) =>
    [
        .. new[] { "/proc/net/tcp", "/proc/net/tcp6" }.SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == Listening && fields[1].EndsWith($":{port:X4}", StringComparison.Ordinal))
            .Select(fields => fields[1].Split(':')[0]),
    ];

    static IEnumerable<int> Processes() => Directory.GetDirectories("/proc")
        .Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
        .Where(id => ProcessIdentity.Of(id) is not null);

    static string CommandLineOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
