using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace Maily.Deploy.Images;

/// <summary>One manifest as a registry serves it.</summary>
/// <param name="Digest"><c>sha256:</c> and 64 digits.</param>
/// <param name="MediaType">Its type.</param>
/// <param name="Content">Its bytes; empty where only the head was asked for.</param>
sealed record ServedManifest(string Digest, string MediaType, byte[] Content);

/// <summary>Asks a registry over the OCI distribution protocol; changes nothing.</summary>
sealed class RegistryReader : IDisposable
{
    static readonly string[] ManifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    readonly ImageSettings settings;
    readonly ResiliencePipeline<HttpResponseMessage> retry;
    readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(30) };
    readonly RegistryLogin login;

    public RegistryReader(ImageSettings settings, TimeProvider time)
    {
        (this.settings, login) = (settings, new RegistryLogin(settings, http));
        retry = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            MaxRetryAttempts = 4, BackoffType = DelayBackoffType.Exponential, Delay = TimeSpan.FromMilliseconds(300), UseJitter = true,
            ShouldHandle = new PredicateBuilder<HttpResponseMessage>().Handle<HttpRequestException>().Handle<RegistryException>(failed => failed.MayPass)
                .HandleResult(answer => answer.StatusCode is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError),
        }).Build();
    }

    /// <summary>Whether the registry answers and takes the login.</summary>
    /// <exception cref="RegistryException">It does not.</exception>
    public async Task PingAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Registry.Uri, "v2/")), "registry:catalog:*", cancellation);
        await EnsureAsync(answer, "the version check", cancellation);
    }

    /// <summary>The digest under a tag or digest, or null where the registry has none.</summary>
    public async Task<string?> FindDigestAsync(string image, string tag, CancellationToken cancellation) =>
        (await FindAsync(HttpMethod.Head, image, tag, cancellation))?.Digest;

    /// <summary>The whole manifest under a tag or digest, or null.</summary>
    public Task<ServedManifest?> FindManifestAsync(string image, string tag, CancellationToken cancellation) =>
        FindAsync(HttpMethod.Get, image, tag, cancellation);

    /// <summary>Sends a request with the login that the registry asks for, again where it is busy.</summary>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string scope, CancellationToken cancellation)
    {
        try
        {
            return await retry.ExecuteAsync(async token => await login.SendAsync(make, scope, token), cancellation);
        }
        catch (HttpRequestException unreachable)
        {
            throw new RegistryException(settings.Registry.Host, "does not answer", unreachable.Message, unreachable);
        }
    }

    /// <summary>Sends a request once, with the login that the registry asks for.</summary>
    public Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> make, string scope, CancellationToken cancellation) => login.SendAsync(make, scope, cancellation);

    /// <summary>All tags of an image's repository; none where it does not exist.</summary>
    public async Task<ImmutableArray<string>> TagsAsync(string image, CancellationToken cancellation)
    {
        var tags = ImmutableArray.CreateBuilder<string>();
        var next = new Uri(settings.Registry.Uri, $"v2/{settings.Registry.RepositoryOf(image)}/tags/list?n=1000");
        while (true)
        {
            var page = next;
            using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, page), $"repository:{settings.Registry.RepositoryOf(image)}:pull", cancellation);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return [];
            await EnsureAsync(answer, $"the tags of {settings.Registry.NameOf(image)}", cancellation);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
            if (json.RootElement.TryGetProperty("tags", out var list) && list.ValueKind == JsonValueKind.Array)
                tags.AddRange(list.EnumerateArray().Select(tag => tag.GetString()).OfType<string>());
            // The next page, where there is one, is named by a header: <address>; rel="next".
            if (!answer.Headers.TryGetValues("Link", out var links) || links.First().Split('<', '>') is not [_, var address, ..])
                return tags.ToImmutable();
            next = new Uri(page, address);
        }
    }

    /// <summary>A small part of an image, such as its configuration; null where the registry has none.</summary>
    public async Task<byte[]?> FindBlobAsync(string image, string digest, CancellationToken cancellation)
    {
        using var answer = await SendAsync(() => new HttpRequestMessage(HttpMethod.Get, new Uri(settings.Registry.Uri, $"v2/{settings.Registry.RepositoryOf(image)}/blobs/{digest}")),
            $"repository:{settings.Registry.RepositoryOf(image)}:pull", cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        await EnsureAsync(answer, $"GET {digest}", cancellation);
        return await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>Where the manifest of a tag is.</summary>
    public Uri ManifestUri(string image, string tag) => new(settings.Registry.Uri, $"v2/{settings.Registry.RepositoryOf(image)}/manifests/{tag}");

    /// <summary>Refuses an answer that is no success.</summary>
    public async Task EnsureAsync(HttpResponseMessage answer, string what, CancellationToken cancellation)
    {
        if (!answer.IsSuccessStatusCode)
            throw new RegistryException(settings.Registry.Host, $"answered {(int)answer.StatusCode} to {what}{LoginNote(answer)}", await answer.Content.ReadAsStringAsync(cancellation)) { Status = (int)answer.StatusCode };
    }

    string LoginNote(HttpResponseMessage answer) =>
        answer.StatusCode != HttpStatusCode.Unauthorized ? "" : settings.Password is null ? ": it asks for a login, and none is given" : $": it does not take the login of {settings.User}";

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    async Task<ServedManifest?> FindAsync(HttpMethod method, string image, string tag, CancellationToken cancellation)
    {
        var scope = $"repository:{settings.Registry.RepositoryOf(image)}:pull";
        using var answer = await SendAsync(() => Accepting(new HttpRequestMessage(method, ManifestUri(image, tag))), scope, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        await EnsureAsync(answer, $"{method} {settings.Registry.NameOf(image)}:{tag}", cancellation);
        var digest = answer.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : throw new RegistryException(settings.Registry.Host, "names no digest", tag);
        var type = answer.Content.Headers.ContentType?.MediaType ?? ManifestTypes[^1];
        if (method == HttpMethod.Head)
            return new ServedManifest(digest, type, []);
        // What a registry calls a digest is believed only when its bytes have it.
        var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
        return $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}" is var real && real == digest
            ? new ServedManifest(digest, type, content)
            : throw new RegistryException(settings.Registry.Host, $"serves {real} and calls it {digest}", tag);
    }

    static HttpRequestMessage Accepting(HttpRequestMessage request)
    {
        foreach (var type in ManifestTypes)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    }
}

/// <summary>A registry does not answer, or answers with an error.</summary>
public sealed class RegistryException(string registry, string what, string? evidence, Exception? cause = null)
    : DeployException($"The registry {registry} {what}.", "Check MAILY_REGISTRY, REGISTRY_USER and REGISTRY_PASSWORD.", evidence, cause)
{
    /// <summary>The HTTP status; null where there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Whether trying again may help.</summary>
    public bool MayPass => Status is null or 408 or 429 or >= 500;
}
