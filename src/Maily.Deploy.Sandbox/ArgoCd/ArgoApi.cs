using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Maily.Deploy.Kubernetes.Manifests;
using KubernetesObject = Maily.Deploy.Kubernetes.Manifests.KubernetesObject;

namespace Maily.Deploy.Sandbox.ArgoCd;

/// <summary>An answer of a cluster that is no success.</summary>
sealed class ArgoRefusedException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;
}

/// <summary>What Argo CD asks of its cluster's API.</summary>
sealed class ArgoApi : IDisposable
{
    /// <summary>The name that Argo CD applies under.</summary>
    public const string Manager = "argocd-controller";

    readonly HttpClient http;
    readonly SocketsHttpHandler handler = new();
    readonly Dictionary<string, (string Plural, bool Namespaced)> kinds = new(StringComparer.Ordinal);

    public ArgoApi(string kubeconfigPath, string? context)
    {
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(kubeconfigPath), context);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(config.SslCaCerts);
        handler.SslOptions.CertificateChainPolicy = policy;
        http = new HttpClient(handler) { BaseAddress = new Uri(config.Host), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", config.AccessToken);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("argocd-application-controller/1.0");
    }

    /// <summary>An object or a list; null where there is none.</summary>
    public async Task<JsonObject?> FindAsync(string path, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(path, cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : await ReadAsync(answer, cancellation);
    }

    public async Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken cancellation) =>
        await PathOfAsync(key, cancellation) is { } path ? await FindAsync(path, cancellation) : null;

    public Task<JsonObject> PostAsync(string path, JsonObject item, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, "application/json", item, cancellation);

    public Task<JsonObject> MergeAsync(string path, JsonObject patch, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, $"{path}?fieldManager=argocd-application-controller", "application/merge-patch+json", patch, cancellation);

    /// <summary>Applies server-side by force, as with the sync option <c>ServerSideApply=true</c>.</summary>
    public async Task<JsonObject> ApplyAsync(KubernetesObject item, bool dryRun, CancellationToken cancellation)
    {
        var path = await PathOfAsync(item.Key, cancellation) ?? throw new ArgoRefusedException(HttpStatusCode.NotFound, $"the server could not find the requested resource ({item.Kind})");
        return await SendAsync(HttpMethod.Patch, $"{path}?fieldManager={Manager}&force=true{(dryRun ? "&dryRun=All" : "")}", "application/apply-patch+yaml", item.ToJson(), cancellation);
    }

    public async Task DeleteAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (await PathOfAsync(key, cancellation) is not { } path)
            return;
        using var request = new HttpRequestMessage(HttpMethod.Delete, path) { Content = JsonContent.Create(new { propagationPolicy = "Foreground" }) };
        using var answer = await http.SendAsync(request, cancellation);
        if (answer.StatusCode != HttpStatusCode.NotFound)
            await ReadAsync(answer, cancellation);
    }

    /// <summary>Whether objects of the kind lie in namespaces; null where the kind is not served.</summary>
    public async Task<bool?> IsNamespacedAsync(string apiVersion, string kind, CancellationToken cancellation) => (await KindAsync(apiVersion, kind, cancellation))?.Namespaced;

    public void Dispose()
    {
        http.Dispose();
        handler.Dispose();
    }

    async Task<string?> PathOfAsync(ObjectKey key, CancellationToken cancellation) => await KindAsync(key.ApiVersion, key.Kind, cancellation) is { } kind
        ? $"{Group(key.ApiVersion)}/{(kind.Namespaced && key.Namespace is not null ? $"namespaces/{key.Namespace}/" : "")}{kind.Plural}/{Uri.EscapeDataString(key.Name)}" : null;

    async Task<(string Plural, bool Namespaced)?> KindAsync(string apiVersion, string kind, CancellationToken cancellation)
    {
        if (kinds.TryGetValue($"{apiVersion}/{kind}", out var known))
            return known;
        var list = await FindAsync(Group(apiVersion), cancellation);
        foreach (var resource in list?["resources"]?.AsArray() ?? [])
            if ((string?)resource!["kind"] == kind && !((string)resource["name"]!).Contains('/', StringComparison.Ordinal))
                return kinds[$"{apiVersion}/{kind}"] = ((string)resource["name"]!, (bool)resource["namespaced"]!);
        return null;
    }

    static string Group(string apiVersion) => apiVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{apiVersion}" : $"/api/{apiVersion}";

    async Task<JsonObject> SendAsync(HttpMethod method, string path, string type, JsonObject body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var answer = await http.SendAsync(request, cancellation);
        return await ReadAsync(answer, cancellation);
    }

    static async Task<JsonObject> ReadAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        var json = text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [];
        return answer.IsSuccessStatusCode ? json : throw new ArgoRefusedException(answer.StatusCode, (string?)json["message"] ?? $"{(int)answer.StatusCode} {text}");
    }
}
