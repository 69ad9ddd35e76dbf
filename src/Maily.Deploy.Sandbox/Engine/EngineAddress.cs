using System.Net.Sockets;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>Where an engine listens, as <c>DOCKER_HOST</c> writes it: <c>unix:///path</c> or <c>tcp://host:port</c>.</summary>
static class EngineAddress
{
    /// <summary>A client for the engine's API; its base address is the API's root.</summary>
    /// <exception cref="FarSideException">The address is of another kind.</exception>
    public static HttpClient Connect(string address) => new Uri(address, UriKind.Absolute) switch
    {
        { Scheme: "unix", AbsolutePath: var path } => OverSocket(path),
        { Scheme: "tcp" or "http" } tcp => Client(new HttpClientHandler(), new Uri($"http://{tcp.Authority}/")),
        var other => throw new FarSideException("engine", $"DOCKER_HOST is of the kind {other.Scheme}://.", "Use unix:///path or tcp://host:port."),
    };

    static HttpClient OverSocket(string path) => Client(
        new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        },
        new Uri("http://engine/"));

    // Builds and pushes answer line by line for as long as they take; the caller's token bounds them.
    static HttpClient Client(HttpMessageHandler handler, Uri root) => new(handler) { BaseAddress = root, Timeout = Timeout.InfiniteTimeSpan };
}
