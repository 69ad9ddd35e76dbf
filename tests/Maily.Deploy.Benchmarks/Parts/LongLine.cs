using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Maily.Deploy.Benchmarks.Parts;

/// <summary>A line to a server on loopback that seems far away: all that is sent over it arrives later by the same time, both ways.</summary>
sealed class LongLine : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource end = new();
    readonly (int Port, TimeSpan OneWay) far;
    readonly Task serving;

    LongLine(int port, TimeSpan oneWay)
    {
        far = (port, oneWay);
        listener.Start();
        serving = ServeAsync();
    }

    /// <summary>The port of 127.0.0.1 that it listens on.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>A line to a port of 127.0.0.1.</summary>
    public static LongLine To(int port, TimeSpan oneWay) => new(port, oneWay);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await serving;
        end.Dispose();
    }

    async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ConnectAsync(await listener.AcceptTcpClientAsync(end.Token)));
        }
        catch (Exception ended) when (end.IsCancellationRequested && ended is OperationCanceledException or InvalidOperationException)
        {
            await Task.WhenAll(connections);
        }
    }

    async Task ConnectAsync(TcpClient near)
    {
        using var server = new TcpClient();
        using (near)
            try
            {
                (near.NoDelay, server.NoDelay) = (true, true);
                await server.ConnectAsync(IPAddress.Loopback, far.Port, end.Token);
                await Task.WhenAll(CopyAsync(near.Client, server.Client), CopyAsync(server.Client, near.Client));
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException)
            {
                // One side is gone, or the line is taken down: the other side sees it closed.
                return;
            }
    }

    async Task CopyAsync(Socket from, Socket to)
    {
        var way = Channel.CreateUnbounded<(long Sent, byte[] Bytes)>();
        var arriving = ArriveAsync(way.Reader, to);
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await from.ReceiveAsync(buffer, end.Token)) > 0)
            way.Writer.TryWrite((TimeProvider.System.GetTimestamp(), buffer[..read]));
        way.Writer.Complete();
        await arriving;
    }

    async Task ArriveAsync(ChannelReader<(long Sent, byte[] Bytes)> way, Socket to)
    {
        await foreach (var (sent, bytes) in way.ReadAllAsync(end.Token))
        {
            if (far.OneWay - TimeProvider.System.GetElapsedTime(sent) is var left && left > TimeSpan.Zero)
                await Task.Delay(left, end.Token);
            await to.SendAsync(bytes, end.Token);
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
