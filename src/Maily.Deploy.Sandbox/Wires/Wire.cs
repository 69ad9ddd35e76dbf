using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Maily.Deploy.Sandbox.Wires;

/// <summary>
/// A line to one far side that can be made to fail: it listens on loopback and passes bytes on as they are, encrypted or
/// not, counting what clients send.
/// </summary>
public sealed class Wire : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentDictionary<WireConnection, Task> connections = [];
    readonly CancellationTokenSource closing = new();
    readonly Lock gate = new();
    readonly EndPoint upstream;
    readonly TimeProvider time;
    readonly Task accepting;
    Armed? armed;
    long sent;

    Wire(string name, EndPoint upstream, TimeProvider time)
    {
        (Name, this.upstream, this.time) = (name, upstream, time);
        listener.Start();
        accepting = AcceptAsync();
    }

    sealed record Armed(int Left, Func<CancellationToken, Task<WireFault?>> Act);

    /// <summary>The far side's name.</summary>
    public string Name { get; }

    /// <summary>The port of 127.0.0.1 that it listens on.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>How many pieces clients have sent so far; a request is one or more.</summary>
    public long Sent => Interlocked.Read(ref sent);

    /// <summary>How long a silent wire stays so.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Makes the far side refuse what comes next; null where a wire cannot say so by itself.</summary>
    public Func<WireRefusal>? Refusal { get; init; }

    /// <summary>Opens a wire to <paramref name="upstream"/>.</summary>
    public static Wire Open(string name, EndPoint upstream, TimeProvider time, Func<WireRefusal>? refusal = null) =>
        new(name, upstream, time) { Refusal = refusal };

    /// <summary>At the <paramref name="piece"/>th piece from now on, counted from 1, asks what shall happen to it; null lets it pass.</summary>
    public void Arm(int piece, Func<CancellationToken, Task<WireFault?>> act)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(piece, 1);
        lock (gate)
            armed = new(piece, act);
    }

    /// <summary>Takes back what was armed; false where it has happened already.</summary>
    public bool Disarm()
    {
        lock (gate)
        {
            var was = armed is not null;
            armed = null;
            return was;
        }
    }

    /// <summary>Resets all connections.</summary>
    public void Reset()
    {
        foreach (var connection in connections.Keys)
            connection.Reset();
    }

    /// <summary>Ends all connections and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Stop();
        await accepting;
        Reset();
        await Task.WhenAll(connections.Values);
        closing.Dispose();
    }

    /// <summary>Counts a piece, and gives what shall happen to it.</summary>
    internal async Task<WireFault?> PassAsync(CancellationToken cancellation)
    {
        Armed? due = null;
        Interlocked.Increment(ref sent);
        lock (gate)
        {
            if (armed is { Left: 1 })
                (due, armed) = (armed, null);
            else if (armed is not null)
                armed = armed with { Left = armed.Left - 1 };
        }

        return due is null ? null : await due.Act(cancellation);
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
                Serve(await listener.AcceptSocketAsync(closing.Token));
        }
        catch (Exception ended) when (closing.IsCancellationRequested && ended is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Closed: the ordinary end. A listener that was stopped between two connections calls it an invalid operation.
            listener.Dispose();
        }
    }

    void Serve(Socket client)
    {
        var connection = new WireConnection(this, client, upstream, time);
        connections[connection] = Task.CompletedTask;
        var running = RunAsync(connection);
        connections.TryUpdate(connection, running, Task.CompletedTask);
    }

    async Task RunAsync(WireConnection connection)
    {
        await Task.Yield();
        try
        {
            await connection.RunAsync(closing.Token);
        }
        finally
        {
            connections.TryRemove(connection, out _);
        }
    }
}
