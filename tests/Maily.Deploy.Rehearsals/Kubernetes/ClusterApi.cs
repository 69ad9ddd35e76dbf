using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>An answer of the API.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, JsonNode Body)
{
    public string Reason => (string?)Body["reason"] ?? "";

    public string Message => (string?)Body["message"] ?? "";

    public IReadOnlyList<string> Fields => [.. (Body["details"]?["causes"]?.AsArray() ?? []).Select(cause => (string?)cause!["field"] ?? "")];

    public string Version => (string)Body["metadata"]!["resourceVersion"]!;

    public string Uid => (string)Body["metadata"]!["uid"]!;

    public ApiAnswer Is(HttpStatusCode status)
    {
        Status.ShouldBe(status, Body.ToJsonString());
        return this;
    }
}

/// <summary>The API as it is on the wire.</summary>
public sealed class ClusterApi : IDisposable
{
    public const string Apply = "application/apply-patch+yaml";
    public const string Merge = "application/merge-patch+json";
    public const string Strategic = "application/strategic-merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";

    readonly HttpClient http;

    public ClusterApi(string kubeconfigPath, bool withToken = true)
    {
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(kubeconfigPath));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(config.SslCaCerts);
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = policy;
        http = new HttpClient(handler) { BaseAddress = new Uri(config.Host) };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("contract/1.0");
        if (withToken) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", config.AccessToken);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public Task<ApiAnswer> Get(string path) => Send(HttpMethod.Get, path, null, "");

    /// <summary>An answer that is no JSON, such as a log.</summary>
    public Task<string> GetText(string path) => http.GetStringAsync(new Uri(path, UriKind.Relative), Token);

    public Task<ApiAnswer> Post(string path, string body) => Send(HttpMethod.Post, path, body, "application/json");

    public Task<ApiAnswer> Put(string path, string body) => Send(HttpMethod.Put, path, body, "application/json");

    public Task<ApiAnswer> Patch(string path, string type, string body) => Send(HttpMethod.Patch, path, body, type);

    public Task<ApiAnswer> Delete(string path, string? options = null) => Send(HttpMethod.Delete, path, options, "application/json");

    /// <summary>Applies as a manager.</summary>
    public Task<ApiAnswer> ApplyAs(string manager, string path, string body, string query = "") =>
        Patch($"{path}?fieldManager={manager}{query}", Apply, body);

    /// <summary>Asks until the answer fits.</summary>
    public Task<ApiAnswer> Until(string path, Func<ApiAnswer, bool> fits) => Until(path, answer => Task.FromResult(fits(answer)));

    /// <summary>Asks until the answer fits, with something to do in between.</summary>
    public async Task<ApiAnswer> Until(string path, Func<ApiAnswer, Task<bool>> fits)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await Get(path);
            if (await fits(answer)) return answer;
            TimeProvider.System.GetElapsedTime(started).TotalSeconds.ShouldBeLessThan(180, answer.Body.ToJsonString());
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Token);
        }
    }

    /// <summary>The lines of a watch, until it has given as many events as asked for or the server ends it.</summary>
    public async Task<IReadOnlyList<JsonNode>> Watch(string path, int events)
    {
        using var answer = await http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Token);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(Token));
        List<JsonNode> seen = [];
        while (seen.Count < events && await reader.ReadLineAsync(Token) is { } line) seen.Add(JsonNode.Parse(line)!);
        return seen;
    }

    public void Dispose() => http.Dispose();

    async Task<ApiAnswer> Send(HttpMethod method, string path, string? body, string type)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        using var answer = await http.SendAsync(request, Token);
        var text = await answer.Content.ReadAsStringAsync(Token);
        return new ApiAnswer(answer.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)! : new JsonObject { ["text"] = text });
    }
}
