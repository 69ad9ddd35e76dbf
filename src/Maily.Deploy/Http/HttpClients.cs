namespace Maily.Deploy.Http;

/// <summary>Makes the one HTTP client that all far sides share.</summary>
public static class HttpClients
{
    /// <summary>
    /// A client that follows no redirects (they would carry keys elsewhere), keeps no cookies and has no time-out of its
    /// own: each request brings one. The caller disposes it.
    /// </summary>
    public static HttpClient Create()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        return Over(handler);
    }

    internal static HttpClient Over(HttpMessageHandler handler)
    {
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("maily-deploy/" + typeof(HttpClients).Assembly.GetName().Version?.ToString(3));
        return client;
    }
}
