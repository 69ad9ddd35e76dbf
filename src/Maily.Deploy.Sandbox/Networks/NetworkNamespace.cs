using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Maily.Deploy.Sandbox.Networks;

/// <summary>
/// The network of a process that has one of its own. A socket stays in the network in which it was made, whoever uses it later: so
/// one thread goes there, makes sockets, and ends.
/// </summary>
/// <param name="process">A process of that network.</param>
public sealed class NetworkNamespace(int process)
{
    const int NewNetwork = 0x40000000;

    /// <summary>A stream socket that listens on 127.0.0.1 there.</summary>
    public Task<Socket> ListenAsync(int port) => MakeAsync(socket =>
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
    });

    /// <summary>A stream socket that connects there.</summary>
    public Task<Socket> OpenAsync() => MakeAsync(_ => { });

    Task<Socket> MakeAsync(Action<Socket> prepare)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Make(prepare, made)) { IsBackground = true, Name = "network namespace" }.Start();
        return made.Task;
    }

    void Make(Action<Socket> prepare, TaskCompletionSource<Socket> made)
    {
        try
        {
            using var network = File.OpenHandle($"/proc/{process}/ns/net");
            if (EnterNamespace(network, NewNetwork) != 0)
                throw new FarSideException("network", $"the network of process {process} cannot be entered (error {Marshal.GetLastPInvokeError()}).", "Run as root.");
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            prepare(socket);
            made.SetResult(socket);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or SocketException or FarSideException)
        {
            made.SetException(failure);
        }
    }

    [DllImport("libc", EntryPoint = "setns", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int EnterNamespace(SafeHandle handle, int kind);
}
