using System.Net;
using System.Net.Sockets;
using System.Text;
using Maily.Deploy.Sandbox.Wires;

namespace Maily.Deploy.Rehearsals.Wires;

/// <summary>Against a far side that answers each piece with the same piece.</summary>
public sealed class WireTests : IAsyncLifetime
{
    const string Reset = "reset";

    readonly TcpListener echo = new(IPAddress.Loopback, 0);
    readonly List<string> heard = [];
    readonly CancellationTokenSource end = new();
    Task serving = Task.CompletedTask;
    Wire wire = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        echo.Start();
        serving = ServeAsync();
        wire = Wire.Open("echo", echo.LocalEndpoint, TimeProvider.System, () => WireRefusal.Http);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await wire.DisposeAsync();
        await end.CancelAsync();
        echo.Stop();
        await serving;
        end.Dispose();
        echo.Dispose();
    }

    [Fact]
    public async Task It_passes_bytes_on_and_counts_what_clients_send()
    {
        using var client = await ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");
        (await AskAsync(client, "two")).ShouldBe("two");
        wire.Sent.ShouldBe(2);
    }

    [Fact]
    public async Task Cut_at_the_second_piece_the_first_is_answered_and_a_new_connection_works()
    {
        wire.Arm(2, _ => Task.FromResult<WireFault?>(WireFault.Cut));
        using var client = await ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");
        await Should.ThrowAsync<SocketException>(() => AskAsync(client, "twotwo"));
        using var again = await ConnectAsync();
        (await AskAsync(again, "three")).ShouldBe("three");
    }

    [Fact]
    public async Task Where_the_answer_is_lost_the_far_side_has_heard_all_the_same()
    {
        wire.Arm(1, _ => Task.FromResult<WireFault?>(WireFault.LoseAnswer));
        using var client = await ConnectAsync();
        await Should.ThrowAsync<SocketException>(() => AskAsync(client, "do it"));
        heard.ShouldBe(["do it"]);
    }

    [Fact]
    public async Task Where_it_refuses_the_far_side_hears_nothing()
    {
        wire.Arm(1, _ => Task.FromResult<WireFault?>(WireFault.Refuse));
        using var client = await ConnectAsync();
        (await AskAsync(client, "do it")).ShouldStartWith("HTTP/1.1 500 ");
        heard.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_waits_hears_of_a_far_side_that_resets_its_connection()
    {
        using var client = await ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");
        await Should.ThrowAsync<SocketException>(() => AskAsync(client, Reset).WaitAsync(TimeSpan.FromSeconds(20), Cancellation));
    }

    [Fact]
    public async Task What_was_armed_can_be_taken_back_until_it_happens()
    {
        wire.Arm(1, _ => Task.FromResult<WireFault?>(WireFault.Cut));
        wire.Disarm().ShouldBeTrue();
        wire.Disarm().ShouldBeFalse();
        using var client = await ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");
    }

    async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, wire.Port), Cancellation);
        return client;
    }

    static async Task<string> AskAsync(Socket client, string text)
    {
        await client.SendAsync(Encoding.ASCII.GetBytes(text), Cancellation);
        var buffer = new byte[1024];
        var read = await client.ReceiveAsync(buffer, Cancellation);
        return Encoding.ASCII.GetString(buffer, 0, read);
    }

    async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await echo.AcceptSocketAsync(end.Token));
        }
        catch (Exception ended) when (end.IsCancellationRequested && ended is OperationCanceledException or InvalidOperationException)
        {
            // Stopped, perhaps between two connections.
            return;
        }
    }

    async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[1024];
            int read;
            while ((read = await socket.ReceiveAsync(buffer, end.Token)) > 0)
            {
                heard.Add(Encoding.ASCII.GetString(buffer, 0, read));
                if (heard[^1] == Reset)
                {
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }

                await socket.SendAsync(buffer.AsMemory(0, read), end.Token);
            }
        }
    }
}
