using System.Net;
using System.Net.Sockets;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>Changes a byte of each manifest that it serves to others than the engine.</summary>
sealed class LyingRegistry(Uri upstream) : RegistryInFront(upstream)
{
    protected override void Change(HttpListenerRequest asked, byte[] content)
    {
        if (asked.HttpMethod == "GET" && asked.RawUrl!.Contains("/manifests/", StringComparison.Ordinal) && content.Length > 0 && asked.UserAgent?.StartsWith("docker", StringComparison.Ordinal) != true)
            content[^1] = (byte)' ';
    }
}

/// <summary>Lets nobody delete, as a registry does of which nobody said that it may.</summary>
sealed class ForbiddingRegistry(Uri upstream) : RegistryInFront(upstream)
{
    protected override int? Refuse(HttpListenerRequest asked) => asked.HttpMethod == "DELETE" ? 405 : null;
}

/// <summary>Passes everything on to a registry.</summary>
abstract class RegistryInFront : IDisposable
{
    readonly HttpListener listener = new();
    readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false });
    readonly CancellationTokenSource stop = new();
    readonly Uri upstream;

    protected RegistryInFront(Uri upstream)
    {
        this.upstream = upstream;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }

        listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        listener.Start();
        _ = ServeAsync();
    }

    public int Port { get; }

    /// <summary>Changes the body of an answer.</summary>
    protected virtual void Change(HttpListenerRequest asked, byte[] content) => _ = (asked, content);

    /// <summary>The status of a request that is not passed on; null for one that is.</summary>
    protected virtual int? Refuse(HttpListenerRequest asked) => null;

    public void Dispose()
    {
        stop.Cancel();
        listener.Close();
        http.Dispose();
        stop.Dispose();
    }

    async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                _ = PassAsync(await listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    async Task PassAsync(HttpListenerContext context)
    {
        var asked = context.Request;
        if (Refuse(asked) is { } status)
        {
            context.Response.StatusCode = status;
            context.Response.Close();
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(asked.HttpMethod), new Uri(upstream, asked.RawUrl));
        if (asked.HasEntityBody)
            request.Content = new StreamContent(asked.InputStream);
        foreach (var name in asked.Headers.AllKeys.OfType<string>().Where(name => name is not ("Content-Length" or "Connection" or "Transfer-Encoding")))
            if (!request.Headers.TryAddWithoutValidation(name, asked.Headers[name]))
                request.Content?.Headers.TryAddWithoutValidation(name, asked.Headers[name]);
        using var answer = await http.SendAsync(request, stop.Token);
        var content = await answer.Content.ReadAsByteArrayAsync(stop.Token);
        if (answer.IsSuccessStatusCode)
            Change(asked, content);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding" or "Connection")))
            context.Response.Headers[name] = string.Join(",", values);
        if (asked.HttpMethod == "HEAD")
            context.Response.ContentLength64 = answer.Content.Headers.ContentLength ?? 0;
        else
            await context.Response.OutputStream.WriteAsync(content, stop.Token);
        context.Response.Close();
    }
}
