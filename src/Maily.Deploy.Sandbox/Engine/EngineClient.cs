using System.Net;
using System.Text.Json;

namespace Maily.Deploy.Sandbox.Engine;

/// <summary>The few calls of the engine's API that the sandbox itself makes.</summary>
public sealed class EngineClient : IDisposable
{
    readonly HttpClient http;

    /// <summary>A client for the engine at an address as <c>DOCKER_HOST</c> writes it.</summary>
    public EngineClient(string address) => http = EngineAddress.Connect(address);

    /// <summary>True where the engine answers.</summary>
    public async Task<bool> PingAsync(CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(Route("_ping"), cancellation);
        return answer.StatusCode == HttpStatusCode.OK;
    }

    /// <summary>What it builds for where nothing else is asked: <c>linux/amd64</c>.</summary>
    public async Task<string> PlatformAsync(CancellationToken cancellation)
    {
        await using var stream = await http.GetStreamAsync(Route("version"), cancellation);
        using var version = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
        return $"{version.RootElement.GetProperty("Os").GetString()}/{version.RootElement.GetProperty("Arch").GetString()}";
    }

    /// <summary>Builds an image from a tar archive that holds a Dockerfile.</summary>
    /// <exception cref="FarSideException">The build failed; its output is the evidence.</exception>
    public async Task BuildAsync(string name, Stream context, CancellationToken cancellation)
    {
        using var content = new StreamContent(context);
        content.Headers.ContentType = new("application/x-tar");
        await SendAsync(HttpMethod.Post, $"build?t={Uri.EscapeDataString(name)}&forcerm=1", content, cancellation);
    }

    /// <summary>Pushes an image and gives the digest that the registry answered, <c>sha256:...</c>.</summary>
    /// <exception cref="FarSideException">The push failed; its output is the evidence.</exception>
    public async Task<string> PushAsync(string repository, string tag, CancellationToken cancellation)
    {
        var lines = await SendAsync(HttpMethod.Post, $"images/{repository}/push?tag={tag}", content: null, cancellation);
        return lines.Select(DigestOf).LastOrDefault(digest => digest is not null)
            ?? throw new FarSideException("engine", $"pushing {repository}:{tag} answered no digest.", "See the engine's and the registry's logs.", string.Join('\n', lines));
    }

    /// <summary>The names of all images, <c>repository:tag</c>.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(Route("images/json"), cancellation);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        using var images = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
        return [.. images.RootElement.EnumerateArray().SelectMany(NamesOf)];
    }

    /// <summary>Removes an image's name, and the image where it was the last name; what later builds can use stays where the cache is kept.</summary>
    public Task RemoveAsync(string name, bool keepsCache, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Delete, $"images/{name}?force=true&noprune={(keepsCache ? 1 : 0)}", content: null, cancellation);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => http.Dispose();

    async Task<IReadOnlyList<string>> SendAsync(HttpMethod method, string route, HttpContent? content, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, Route(route)) { Content = content };
        request.Headers.Add("X-Registry-Auth", "e30=");
        using var answer = await http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // A failed build or push is still a 200: the failure comes as a line of the answer.
        return answer.IsSuccessStatusCode && !lines.Any(line => Has(line, "error"))
            ? lines
            : throw new FarSideException("engine", $"{method} {route} failed with {(int)answer.StatusCode}.", "Its last lines are above.", text);
    }

    static IEnumerable<string> NamesOf(JsonElement image) =>
        image.GetProperty("RepoTags") is { ValueKind: JsonValueKind.Array } tags
            ? tags.EnumerateArray().Select(tag => tag.GetString()!).Where(tag => !tag.StartsWith("<none>", StringComparison.Ordinal))
            : [];

    static Uri Route(string route) => new(route, UriKind.Relative);

    static bool Has(string line, string property)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(property, out _);
    }

    static string? DigestOf(string line)
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.TryGetProperty("aux", out var aux) && aux.TryGetProperty("Digest", out var digest) ? digest.GetString() : null;
    }
}
