using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Maily.Deploy.Sandbox.Networks;

/// <summary>Serves one port of one network's 127.0.0.1 in another's, for parts that must find each other under the same address.</summary>
public sealed class PortForward : IAsyncDisposable
{
    readonly Socket listener;
    readonly Func<Task<Socket>> open;
    readonly IPEndPoint target;
    readonly CancellationTokenSource closing = new();
    readonly ConcurrentDictionary<Socket, Task> connections = [];
    readonly Task accepting;

    PortForward(Socket listener, Func<Task<Socket>> open, int port)
    {
        (this.listener, this.open, target) = (listener, open, new IPEndPoint(IPAddress.Loopback, port));
        accepting = AcceptAsync();
    }

    /// <summary>Serves a port of this machine's loopback inside the network.</summary>
    public static async Task<PortForward> IntoAsync(NetworkNamespace network, int port) =>
        new(await network.ListenAsync(port), () => Task.FromResult(NewSocket()), port);

    /// <summary>Serves a port of the network's loopback on this machine's.</summary>
    public static PortForward OutOf(NetworkNamespace network, int port)
    {
        var listener = NewSocket();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen();
        return new(listener, network.OpenAsync, port);
    }

    /// <summary>Ends all connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(connections.Values);
        closing.Dispose();
    }

    static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                Serve(await listener.AcceptAsync(closing.Token));
        }
        catch (Exception) when (closing.IsCancellationRequested)
        {
            // Closed: the ordinary end.
            return;
        }
    }

    void Serve(Socket client)
    {
        connections[client] = Task.CompletedTask;
        connections.TryUpdate(client, PassAsync(client), Task.CompletedTask);
    }

    async Task PassAsync(Socket client)
    {
        await Task.Yield();
        try
        {
            await using var near = new NetworkStream(client, ownsSocket: true);
            using var server = await open();
            await server.ConnectAsync(target, closing.Token);
            await using var far = new NetworkStream(server);
            await Task.WhenAll(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other one is closed with it.
            return;
        }
        finally
        {
            connections.TryRemove(client, out _);
        }
    }

    async Task CopyAsync(NetworkStream from, NetworkStream to)
    {
        try
        {
            await from.CopyToAsync(to, closing.Token);
            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            // The other direction must hear of it, or it would wait for ever.
            from.Close();
            to.Close();
            throw;
        }
    }
}
