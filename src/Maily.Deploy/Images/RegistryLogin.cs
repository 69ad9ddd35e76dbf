using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Maily.Deploy.Images;

/// <summary>Answers a registry's challenge: a token for the scope, or the password itself.</summary>
sealed partial class RegistryLogin(ImageSettings settings, HttpClient http)
{
    /// <summary>Set on requests whose answer is too large to be kept: a layer is read while it arrives.</summary>
    public static readonly HttpRequestOptionsKey<bool> Streamed = new("streamed");

    readonly ConcurrentDictionary<string, AuthenticationHeaderValue> known = new(StringComparer.Ordinal);

    /// <summary>Sends the request, and once more with a login if the registry asks for one.</summary>
    /// <exception cref="RegistryException">There is no token to be had.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, string scope, CancellationToken cancellation)
    {
        var answer = await SendAsync(make, known.GetValueOrDefault(scope), cancellation);
        // What another host asks for, to which the registry led, is not answered: it would get the password.
        if (answer.StatusCode != HttpStatusCode.Unauthorized || !IsOfRegistry(answer.RequestMessage) || await AnswerAsync(answer.Headers.WwwAuthenticate, scope, cancellation) is not { } header)
            return answer;
        answer.Dispose();
        return await SendAsync(make, known[scope] = header, cancellation);
    }

    async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, AuthenticationHeaderValue? header, CancellationToken cancellation)
    {
        using var request = make();
        // Where a registry leads elsewhere, the login does not go along.
        if (IsOfRegistry(request))
            request.Headers.Authorization = header;
        return await InTimeAsync(request, request.Options.TryGetValue(Streamed, out var streams) && streams ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, cancellation);
    }

    bool IsOfRegistry(HttpRequestMessage? request) => request?.RequestUri?.GetLeftPart(UriPartial.Authority) == settings.Registry.Uri.GetLeftPart(UriPartial.Authority);

    // The client's own time-out looks like a cancelled run.
    async Task<HttpResponseMessage> InTimeAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, completion, cancellation);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new HttpRequestException($"{request.RequestUri?.Host} did not answer within {http.Timeout.TotalSeconds} s.", late);
        }
    }

    async Task<AuthenticationHeaderValue?> AnswerAsync(HttpHeaderValueCollection<AuthenticationHeaderValue> challenges, string scope, CancellationToken cancellation)
    {
        foreach (var challenge in challenges)
        {
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                return await TokenAsync(challenge.Parameter ?? "", scope, cancellation);
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                return Basic();
        }

        return null;
    }

    // The realm may be on another host, as that of Docker Hub is: a registry is trusted to name who knows its users.
    async Task<AuthenticationHeaderValue> TokenAsync(string parameter, string scope, CancellationToken cancellation)
    {
        var parts = Part().Matches(parameter).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["value"].Value, StringComparer.OrdinalIgnoreCase);
        var realm = parts.GetValueOrDefault("realm", "");
        if (!Uri.TryCreate(realm, UriKind.Absolute, out var address) || !(address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback)))
            throw new RegistryException(settings.Registry.Host, $"wants the login sent to '{realm}', which is no https address", parameter) { Status = (int)HttpStatusCode.Unauthorized };
        var query = $"service={Uri.EscapeDataString(parts.GetValueOrDefault("service", ""))}&scope={Uri.EscapeDataString(parts.GetValueOrDefault("scope", scope))}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(address) { Query = query }.Uri) { Headers = { Authorization = Basic() } };
        using var answer = await InTimeAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        var content = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new RegistryException(settings.Registry.Host, $"has its tokens from {address.Authority}, which answered {(int)answer.StatusCode} to {(settings.Password is null ? "a request without a login" : $"the login of {settings.User}")}", content) { Status = (int)answer.StatusCode };
        return TokenIn(content) is { } token ? new AuthenticationHeaderValue("Bearer", token)
            : throw new RegistryException(settings.Registry.Host, $"has its tokens from {address.Authority}, which gave none", null) { Status = (int)HttpStatusCode.Unauthorized };
    }

    static string? TokenIn(string content)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            return json.RootElement.TryGetProperty("token", out var named) || json.RootElement.TryGetProperty("access_token", out named) ? named.GetString() : null;
        }
        catch (Exception other) when (other is JsonException or InvalidOperationException)
        {
            // Not what a token endpoint answers: a page for people, say.
            return null;
        }
    }

    AuthenticationHeaderValue? Basic() => settings.Password is { } password
        ? new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{password.Reveal()}")))
        : null;

    [GeneratedRegex("(?<name>[a-zA-Z]+)=\"(?<value>[^\"]*)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Part();
}
