using Maily.Deploy.Processes;

namespace Maily.Deploy.Sandbox.Processes;

/// <summary>
/// How a far side's process is bound to the sandbox. It always gets a session of its own, so that Ctrl+C in the terminal
/// does not reach it (a deployment must still be able to compensate), and dies with the thread that started it.
/// </summary>
public enum Containment
{
    /// <summary>Only the started process itself is sure to die with the sandbox; what it spawned must notice by itself.</summary>
    Process,

    /// <summary>
    /// The process is the first one of its own process, mount and IPC namespace: when it dies, the kernel takes everything that it
    /// spawned, mounted or shared with it, at once and without exception. Needs root.
    /// </summary>
    Namespace,

    /// <summary>As <see cref="Namespace"/>, and with a network of its own, in which nothing is but a loopback that is down.</summary>
    Network,
}

/// <summary>What a containment means as a command.</summary>
public static class Containments
{
    static readonly string[] OwnSession = ["setsid", "setpriv", "--pdeathsig", "KILL"];
    static readonly string[] OwnNamespace = ["unshare", "--pid", "--mount", "--ipc", "--mount-proc", "--fork", "--kill-child=KILL"];

    /// <summary>The words to put before a command's own.</summary>
    public static IReadOnlyList<string> Prefix(this Containment containment) => containment switch
    {
        Containment.Namespace => [.. OwnSession, .. OwnNamespace],
        Containment.Network => [.. OwnSession, .. OwnNamespace, "--net"],
        _ => OwnSession,
    };

    /// <summary>The program that starts a command among the processes of another one's namespaces; it ends with them.</summary>
    public const string Joiner = "nsenter";

    /// <summary>The joiner's words before the command's own.</summary>
    /// <param name="process">A process of the namespaces, by its number on this machine.</param>
    public static IReadOnlyList<string> Joining(int process) => [$"--target={process}", "--pid", "--mount", "--ipc", "--net"];

    /// <summary>The strongest containment that this machine allows.</summary>
    public static async Task<Containment> DetectAsync(ProcessRunner runner, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
            return Containment.Process;
        try
        {
            await runner.RunAsync(CommandLine.Of(OwnNamespace[0], [.. OwnNamespace[1..], "true"]), onLine: null, cancellation);
            return Containment.Namespace;
        }
        catch (CommandFailedException)
        {
            // Root without the right to make namespaces, as in an unprivileged container.
            return Containment.Process;
        }
    }
}
