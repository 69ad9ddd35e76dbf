using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Sandbox.Processes;

/// <summary>
/// One process of this machine, told apart from a later one that got the same number by its start time and the machine's boot.
/// </summary>
/// <param name="Id">The process's number.</param>
/// <param name="StartTicks">Clock ticks between boot and start, as the kernel counts them.</param>
/// <param name="Boot">The kernel's identity of this boot.</param>
public sealed record ProcessIdentity(int Id, long StartTicks, string Boot)
{
    const int StartTimeField = 19;

    /// <summary>This very process.</summary>
    public static ProcessIdentity Current => Of(Environment.ProcessId)
        ?? throw new FarSideException("sandbox", "this machine has no /proc.", "The sandbox runs on Linux: use a Linux machine or container.");

    /// <summary>True while the process runs; a zombie that nobody has collected counts as ended.</summary>
    [JsonIgnore]
    public bool IsAlive => Equals(Of(Id));

    /// <summary>The process with this number now, or null where none runs.</summary>
    public static ProcessIdentity? Of(int id)
    {
        try
        {
            // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new(id, long.Parse(fields[StartTimeField], CultureInfo.InvariantCulture), ReadBoot());
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>The oldest child of a process's main thread, or null.</summary>
    public static ProcessIdentity? FirstChildOf(int parent)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return children.Length == 0 ? null : Of(int.Parse(children[0], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Kills the process (SIGKILL) if it still runs, and waits until it is gone.</summary>
    public async Task KillAsync(TimeProvider time, CancellationToken cancellation)
    {
        while (IsAlive)
        {
            Kill();
            await Task.Delay(TimeSpan.FromMilliseconds(10), time, cancellation);
        }
    }

    void Kill()
    {
        try
        {
            using var process = Process.GetProcessById(Id);
            process.Kill();
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // It ended between the look and the kill, which is what was wanted.
        }
    }

    static string ReadBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
