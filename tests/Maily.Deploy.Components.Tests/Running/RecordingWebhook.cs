using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Maily.Deploy.Components.Tests.Running;

/// <summary>Takes what is posted to it on a free port of this machine, and remembers it.</summary>
sealed class RecordingWebhook : IDisposable
{
    readonly HttpListener listener = new();
    readonly Lock gate = new();
    readonly List<string> bodies = [];

    public RecordingWebhook()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = $"http://localhost:{((IPEndPoint)probe.LocalEndpoint).Port}/services/T0/B0/0123456789abcdef";
        probe.Stop();
        listener.Prefixes.Add(new Uri(new Uri(Address), "/").AbsoluteUri);
        listener.Start();
        _ = ListenAsync();
    }

    public string Address { get; }

    public IReadOnlyList<string> Bodies
    {
        get
        {
            lock (gate)
                return [.. bodies];
        }
    }

    public void Dispose() => listener.Close();

    async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync(CancellationToken.None);
                lock (gate)
                    bodies.Add(body);
                context.Response.Close();
            }
        }
        catch (Exception closed) when (closed is ObjectDisposedException or HttpListenerException)
        {
            // The test is over.
        }
    }
}
