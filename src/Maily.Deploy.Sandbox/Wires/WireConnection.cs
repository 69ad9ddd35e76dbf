using System.Net;
using System.Net.Sockets;

namespace Maily.Deploy.Sandbox.Wires;

/// <summary>One client's connection over a wire.</summary>
sealed class WireConnection(Wire wire, Socket client, EndPoint upstream, TimeProvider time) : IDisposable
{
    const int Piece = 64 * 1024;

    readonly Socket server = new(upstream.AddressFamily, SocketType.Stream, upstream is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp);
    readonly CancellationTokenSource end = new();
    volatile bool losesAnswer;
    volatile bool isSilent;

    /// <summary>Passes bytes until one side ends, or the wire does.</summary>
    public async Task RunAsync(CancellationToken closing)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(closing, end.Token);
        try
        {
            await server.ConnectAsync(upstream, either.Token);
            // Bytes go on as they come: held back until the other side confirms the ones before, an answer in parts takes 40 ms longer.
            client.NoDelay = true;
            if (server.ProtocolType == ProtocolType.Tcp)
                server.NoDelay = true;
            await Task.WhenAll(EndBothAsync(RequestsAsync(either.Token)), EndBothAsync(AnswersAsync(either.Token)));
        }
        catch (Exception unreached) when (HasEnded(unreached))
        {
            // Nobody listens upstream: the client is told as the far side itself would tell it.
            Reset();
        }
        finally
        {
            Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        server.Dispose();
        end.Dispose();
    }

    /// <summary>Ends both sides at once, as a cut line does.</summary>
    public void Reset()
    {
        try
        {
            client.LingerState = new LingerOption(true, 0);
            client.Close();
            server.Close();
            end.Cancel();
        }
        catch (Exception gone) when (gone is ObjectDisposedException or SocketException)
        {
            // It has ended by itself meanwhile.
            return;
        }
    }

    // One side is gone: the other one must hear of it, or it would wait for ever.
    async Task EndBothAsync(Task direction)
    {
        try
        {
            await direction;
        }
        catch (Exception gone) when (HasEnded(gone))
        {
            Reset();
        }
    }

    static bool HasEnded(Exception exception) => exception is OperationCanceledException or SocketException or ObjectDisposedException or IOException;

    async Task RequestsAsync(CancellationToken cancellation)
    {
        var buffer = new byte[Piece];
        int read;
        while ((read = await client.ReceiveAsync(buffer, SocketFlags.None, cancellation)) > 0)
        {
            if (await wire.PassAsync(cancellation) is { } fault && !await SufferAsync(fault, buffer.AsMemory(0, read), cancellation))
                return;
            if (!isSilent)
                await SendAsync(server, buffer.AsMemory(0, read), cancellation);
        }

        server.Shutdown(SocketShutdown.Send);
    }

    async Task AnswersAsync(CancellationToken cancellation)
    {
        var buffer = new byte[Piece];
        int read;
        while ((read = await server.ReceiveAsync(buffer, SocketFlags.None, cancellation)) > 0)
        {
            if (losesAnswer)
                Reset();
            else if (!isSilent)
                await SendAsync(client, buffer.AsMemory(0, read), cancellation);
        }

        client.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Whether the piece is still to be passed on.</summary>
    async Task<bool> SufferAsync(WireFault fault, ReadOnlyMemory<byte> piece, CancellationToken cancellation)
    {
        switch (fault)
        {
            case WireFault.LoseAnswer:
                losesAnswer = true;
                return true;
            case WireFault.Silence:
                isSilent = true;
                await Task.Delay(wire.Silence, time, cancellation);
                wire.Reset();
                return false;
            case WireFault.Refuse when wire.Refusal is { } refusal && refusal() is var answer:
                if (answer.Answer.IsEmpty)
                    return true;
                await SendAsync(client, answer.Answer, cancellation);
                client.Shutdown(SocketShutdown.Send);
                return false;
            default:
                // Half of it has left already, as when a line is cut in the middle; what the far side says to that half is not heard.
                isSilent = true;
                await SendAsync(server, piece[..(piece.Length / 2)], cancellation);
                wire.Reset();
                return false;
        }
    }

    static async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await to.SendAsync(bytes, SocketFlags.None, cancellation)..];
    }
}
