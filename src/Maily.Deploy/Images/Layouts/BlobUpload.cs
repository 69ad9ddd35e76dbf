using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Maily.Deploy.Deployments.Steps;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Images.Layouts;

/// <summary>Sends one layer piece by piece; after a cut it goes on behind what has arrived, where the registry still knows of it.</summary>
sealed class BlobUpload(ImageSettings settings, RegistryReader registry, ChangePermit permit, string image, string digest)
{
    const int Piece = 4 << 20;

    Uri? upload;

    /// <summary>Sends the file unless the registry has it; says how many bytes of how many have arrived.</summary>
    /// <exception cref="ImagePushException">It did not arrive however often it was tried.</exception>
    public async Task RunAsync(string file, TimeProvider time, Action<long, long> onSent, CancellationToken cancellation)
    {
        try
        {
            await Retry(time).ExecuteAsync(async token => await AttemptAsync(file, onSent, token), cancellation);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or RegistryException)
        {
            throw new ImagePushException($"{settings.Registry.NameOf(image)}@{digest}", failed.Message, "");
        }
    }

    async Task AttemptAsync(string file, Action<long, long> onSent, CancellationToken cancellation)
    {
        await using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        if (!await HasAsync(cancellation))
        {
            content.Position = await BeginAsync(cancellation);
            while (content.Position < content.Length)
            {
                await SendPieceAsync(content, cancellation);
                onSent(content.Position, content.Length);
            }

            await FinishAsync(cancellation);
        }

        onSent(content.Length, content.Length);
    }

    async Task<bool> HasAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Head, UriOf($"blobs/{digest}")), cancellation);
        if (answer.StatusCode != HttpStatusCode.NotFound)
            await registry.EnsureAsync(answer, $"HEAD {digest}", cancellation);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Goes on with the upload or begins one; gives how much of it has arrived.</summary>
    async Task<long> BeginAsync(CancellationToken cancellation)
    {
        if (upload is { } former)
        {
            upload = null;
            using var state = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, former), cancellation);
            if (state.StatusCode == HttpStatusCode.NoContent && state.Headers.TryGetValues("Range", out var range)
                && long.TryParse(range.First().Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last))
            {
                upload = Next(former, state);
                return last == 0 ? 0 : last + 1;
            }
        }

        var start = UriOf("blobs/uploads/");
        using var begun = await SendAsync(() => new HttpRequestMessage(HttpMethod.Post, start), cancellation);
        await registry.EnsureAsync(begun, "the beginning of an upload", cancellation);
        upload = Next(start, begun);
        return 0;
    }

    async Task SendPieceAsync(FileStream content, CancellationToken cancellation)
    {
        var (from, piece) = (content.Position, new byte[Math.Min(Piece, content.Length - content.Position)]);
        await content.ReadExactlyAsync(piece, cancellation);
        using var answer = await SendAsync(() =>
        {
            var body = new ByteArrayContent(piece) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
            body.Headers.TryAddWithoutValidation("Content-Range", $"{from}-{from + piece.Length - 1}");
            return new HttpRequestMessage(HttpMethod.Patch, upload) { Content = body };
        }, cancellation);
        await registry.EnsureAsync(answer, "a part of an upload", cancellation);
        upload = Next(upload!, answer);
    }

    async Task FinishAsync(CancellationToken cancellation)
    {
        var end = new UriBuilder(upload!) { Query = $"{upload!.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest)}".TrimStart('&') }.Uri;
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Put, end), cancellation);
        await registry.EnsureAsync(answer, "the end of an upload", cancellation);
    }

    Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
    {
        permit.ThrowIfExpired();
        return registry.SendOnceAsync(make, $"repository:{settings.Registry.RepositoryOf(image)}:pull,push", cancellation);
    }

    static Uri Next(Uri asked, HttpResponseMessage answer) => answer.Headers.Location is { } next ? new Uri(asked, next) : asked;

    Uri UriOf(string path) => new(settings.Registry.Uri, $"v2/{settings.Registry.RepositoryOf(image)}/{path}");

    static ResiliencePipeline Retry(TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
    {
        MaxRetryAttempts = 5, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(500), UseJitter = true,
        ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>().Handle<RegistryException>(failed => failed.MayPass),
    }).Build();
}
