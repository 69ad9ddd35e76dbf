using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Maily.Deploy.Http;
using Maily.Deploy.Images.Scanning.Inventory;
using Polly;
using Polly.Retry;
using ProtoBuf;

namespace Maily.Deploy.Images.Scanning.Trivy;

/// <summary>
/// Scans with a trivy server alone (<c>TRIVY_SERVER_URL</c>), without trivy on this machine: the packages of the image are read here
/// and looked up there, over the protocol of trivy's own client (Twirp: protocol buffers over HTTP).
/// </summary>
sealed class TrivyServer : IImageScanner
{
    readonly TrivySettings settings;
    readonly ImageReader images;
    readonly TimeProvider time;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    readonly HttpClient http = HttpClients.Create();
    readonly ResiliencePipeline retry;

    public TrivyServer(TrivySettings settings, ImageReader images, TimeProvider time)
    {
        (this.settings, this.images, this.time) = (settings, images, time);
        // A server that fetches its database anew answers nothing for a while.
        retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 4, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(300), UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(failed => failed.StatusCode is null || IsForNow(failed.StatusCode.Value)),
        }).Build();
    }

    /// <inheritdoc/>
    public async Task<ScannerVersion> DescribeAsync(CancellationToken cancellation)
    {
        using var answer = await CallAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Server!, "version")), cancellation);
        // Servers before 0.40 do not tell.
        return answer.StatusCode == HttpStatusCode.NotFound ? new("trivy server", "unknown") : TrivyVersion.Of(await ReadAsync(answer, cancellation), "trivy server");
    }

    /// <inheritdoc/>
    public async Task<ScanFindings> ScanAsync(ImageBuild build, CancellationToken cancellation)
    {
        var inventory = await images.ReadAsync(build, cancellation);
        var sbom = CycloneDx.Write(build.Repository, build.ContentTag, inventory);
        var id = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(sbom))}";
        await SendAsync<PutBlob, Nothing>("trivy.cache.v1.Cache/PutBlob", new() { DiffId = id, Blob = TrivyPackaging.BlobOf(inventory, id) }, cancellation);
        await SendAsync<PutArtifact, Nothing>("trivy.cache.v1.Cache/PutArtifact", new() { ArtifactId = id }, cancellation);
        var found = await SendAsync<ScanRequest, ScanResponse>("trivy.scanner.v1.Scanner/Scan", new() { Target = build.Reference, ArtifactId = id, BlobIds = [id] }, cancellation);
        return new(sbom, [.. found.Results.SelectMany(result => result.Vulnerabilities.Select(weakness => Of(result, weakness)))]);
    }

    static Vulnerability Of(TrivyResult result, TrivyVulnerability weakness) => new(
        weakness.Id, weakness.Package, weakness.Installed, weakness.Fixed.Length == 0 ? null : weakness.Fixed,
        Enum.IsDefined((Severity)weakness.Severity) ? (Severity)weakness.Severity : Severity.Unknown, weakness.Path.Length == 0 ? result.Target : weakness.Path);

    async Task<TAnswer> SendAsync<TRequest, TAnswer>(string method, TRequest request, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        Serializer.Serialize(body, request);
        using var answer = await CallAsync(() => new HttpRequestMessage(HttpMethod.Post, new Uri(settings.Server!, $"twirp/{method}"))
        {
            Content = new ByteArrayContent(body.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/protobuf") } },
        }, cancellation);
        return Serializer.Deserialize<TAnswer>(new MemoryStream(await ReadAsync(answer, cancellation)));
    }

    async Task<byte[]> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return answer.IsSuccessStatusCode ? content : throw new ScannerException(
            $"The trivy server {settings.Server} answered {(int)answer.StatusCode}.",
            answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? "Check TRIVY_TOKEN." : "Check that TRIVY_SERVER_URL leads to a `trivy server`; its log says more.",
            System.Text.Encoding.UTF8.GetString(content));
    }

    async Task<HttpResponseMessage> CallAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        try
        {
            return await retry.ExecuteAsync(async token =>
            {
                using var request = make();
                if (settings.Token is { } secret)
                    request.Headers.TryAddWithoutValidation(settings.TokenHeader, secret.Reveal());
                var answer = await InTimeAsync(request, token);
                // Told apart from an answer that is to be read: the pipeline sends it again.
                return IsForNow(answer.StatusCode) ? throw new HttpRequestException($"{(int)answer.StatusCode} {answer.ReasonPhrase}", null, answer.StatusCode) : answer;
            }, cancellation);
        }
        catch (HttpRequestException unreachable)
        {
            throw new ScannerException($"The trivy server {settings.Server} does not answer.", "Start it, or correct TRIVY_SERVER_URL.", unreachable.Message, unreachable);
        }
    }

    async Task<HttpResponseMessage> InTimeAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            return await http.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"No answer within {Limit.TotalMinutes} minutes.", late);
        }
    }

    // With 500 trivy says that it cannot scan this: it would say so again.
    static bool IsForNow(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    [ProtoContract]
    sealed class Nothing;
}
