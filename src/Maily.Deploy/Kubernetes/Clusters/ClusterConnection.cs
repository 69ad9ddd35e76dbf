using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s.Authentication;
using Polly;

namespace Maily.Deploy.Kubernetes.Clusters;

/// <summary>An authenticated line to one cluster's API; sends a request again where that is safe and may help.</summary>
sealed class ClusterConnection
{
    static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    readonly ClusterClient client;
    readonly ResiliencePipeline<HttpResponseMessage> retry;
    readonly RequestGate gate;
    readonly TimeProvider time;

    public ClusterConnection(RegionSpec region, ClusterSettings settings, TimeProvider time)
    {
        (Region, this.time) = (region.Name, time);
        client = ClusterClient.Of(region, settings.Kubeconfig);
        (retry, gate) = (RequestRetry.Of(settings, time), client.GateOf(settings.Parallel, time));
    }

    /// <summary>The region's name, for errors.</summary>
    public string Region { get; }

    /// <summary>The kinds of each version that anybody asked the API for.</summary>
    public ConcurrentDictionary<string, ImmutableArray<ApiResource>> Kinds => client.Kinds;

    /// <summary>Sends the request and gives its JSON; <see langword="null"/> for 404.</summary>
    /// <exception cref="ClusterRefusedException">The API answered with another error.</exception>
    /// <exception cref="ClusterUnreachableException">It does not answer.</exception>
    public async Task<JsonObject?> FindAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using var answer = await SendAsync(make, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        await EnsureAsync(answer, cancellation);
        return Parse(await answer.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Sends the request and gives its JSON; 404 is an error too.</summary>
    public async Task<JsonObject> RequireAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using var answer = await SendAsync(make, cancellation);
        await EnsureAsync(answer, cancellation);
        return Parse(await answer.Content.ReadAsStringAsync(cancellation)) ?? [];
    }

    /// <summary>Sends the request and gives its text; null for 404 and for 400, which is how a log that is not there is answered.</summary>
    public async Task<string?> FindTextAsync(string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => Get(path), cancellation);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest)
            return null;
        await EnsureAsync(answer, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    /// <summary>Opens an answer that does not end, such as a watch. Sent once: the caller knows where to go on.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellation)
    {
        using var request = Get(path);
        var answer = await InTimeAsync(token => AuthenticatedAsync(request, HttpCompletionOption.ResponseHeadersRead, token), cancellation);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            await EnsureAsync(answer, cancellation);
        throw new InvalidOperationException("An answer without success was let through.");
    }

    /// <summary>A request that reads.</summary>
    public HttpRequestMessage Get(string path) => Request(HttpMethod.Get, path);

    /// <summary>A request to a path below the API's address.</summary>
    public HttpRequestMessage Request(HttpMethod method, string path) =>
        new(method, new Uri($"{client.Api.BaseUri.AbsoluteUri.TrimEnd('/')}/{path}"));

    async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        try
        {
            return await retry.SendAsync(token => gate.PassAsync(() => AttemptAsync(make, token), token), time, cancellation);
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or TimeoutException)
        {
            throw new ClusterUnreachableException(Region, lost);
        }
    }

    async Task<HttpResponseMessage> AttemptAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        using var request = make();
        return await InTimeAsync(token => AuthenticatedAsync(request, HttpCompletionOption.ResponseContentRead, token), cancellation);
    }

    async Task<HttpResponseMessage> InTimeAsync(Func<CancellationToken, Task<HttpResponseMessage>> send, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(AttemptTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await send(both.Token);
        }
        catch (OperationCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer within {AttemptTimeout.TotalSeconds} s.", slow);
        }
    }

    // The client's own HTTP client holds certificates, but tokens are added per request.
    async Task<HttpResponseMessage> AuthenticatedAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        if (client.Api.Credentials is ServiceClientCredentials credentials)
            await credentials.ProcessHttpRequestAsync(request, cancellation);
        return await client.Api.HttpClient.SendAsync(request, completion, cancellation);
    }

    async Task EnsureAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.IsSuccessStatusCode)
            return;
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        throw new ClusterRefusedException(Region, (int)answer.StatusCode, $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri?.AbsolutePath}", Parse(body), body);
    }

    static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // Proxies answer with HTML; the raw text is the evidence then.
            return null;
        }
    }
}
