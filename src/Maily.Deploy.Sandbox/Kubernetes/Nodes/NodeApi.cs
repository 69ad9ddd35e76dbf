using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using Maily.Deploy.Sandbox.Kubernetes.Controllers;
using Maily.Deploy.Sandbox.Kubernetes.Objects;

namespace Maily.Deploy.Sandbox.Kubernetes.Nodes;

/// <summary>What a node asks of its cluster's API. Answers of a change that came too late (404, 409, 422) are left to the next round.</summary>
internal sealed class NodeApi : IDisposable
{
    readonly HttpClient http;
    readonly SocketsHttpHandler handler = new();

    public NodeApi(string kubeconfigPath)
    {
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(new FileInfo(kubeconfigPath));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(config.SslCaCerts);
        handler.SslOptions.CertificateChainPolicy = policy;
        http = new HttpClient(handler) { BaseAddress = new Uri(config.Host), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", config.AccessToken);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("kubelet/1.0");
    }

    /// <summary>All pods, without the nulls that a real API writes.</summary>
    public async Task<IReadOnlyList<JsonObject>> Pods(CancellationToken ct)
    {
        var list = await http.GetFromJsonAsync<JsonObject>("/api/v1/pods?resourceVersion=0", ct);
        return [.. list.Items("items").OfType<JsonObject>().Select(WithoutNulls)];
    }

    /// <summary>One pod; null where there is none.</summary>
    public async Task<JsonObject?> Pod(string ns, string name, CancellationToken ct)
    {
        using var answer = await http.GetAsync($"/api/v1/namespaces/{ns}/pods/{name}", ct);
        return answer.StatusCode == HttpStatusCode.NotFound ? null : WithoutNulls((await answer.Content.ReadFromJsonAsync<JsonObject>(ct))!);
    }

    /// <summary>Makes the node, and takes away the taints that a new one has until a controller finds it healthy.</summary>
    public async Task Register(JsonObject node, CancellationToken ct)
    {
        await Send(HttpMethod.Post, "/api/v1/nodes", node, ct);
        await Send(HttpMethod.Patch, $"/api/v1/nodes/{node.Name()}", new JsonObject { ["spec"] = new JsonObject { ["taints"] = null } }, ct);
        await Send(HttpMethod.Patch, $"/api/v1/nodes/{node.Name()}/status", new JsonObject { ["status"] = node["status"]!.DeepClone() }, ct);
    }

    public Task Bind(JsonObject pod, CancellationToken ct) => Send(HttpMethod.Post, $"{PathOf(pod)}/binding", new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Binding",
        ["metadata"] = new JsonObject { ["name"] = pod.Name(), ["namespace"] = pod.Namespace() },
        ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = ClusterContent.Node },
    }, ct);

    /// <summary>Replaces fields of the status, if the pod has not changed since it was read.</summary>
    public Task SetStatus(JsonObject pod, JsonObject fields, CancellationToken ct)
    {
        var next = pod.Copy();
        foreach (var (name, value) in fields) next.Child("status")[name] = value?.DeepClone();
        return Send(HttpMethod.Put, $"{PathOf(pod)}/status", next, ct);
    }

    public Task Remove(JsonObject pod, CancellationToken ct) => Send(HttpMethod.Delete, PathOf(pod), new JsonObject
    {
        ["gracePeriodSeconds"] = 0,
        ["preconditions"] = new JsonObject { ["uid"] = pod.Uid() },
    }, ct);

    public Task Record(JsonObject warning, string ns, CancellationToken ct) => Send(HttpMethod.Post, $"/api/v1/namespaces/{ns}/events", warning, ct);

    public void Dispose()
    {
        http.Dispose();
        handler.Dispose();
    }

    async Task Send(HttpMethod method, string path, JsonObject body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = JsonContent.Create(body, new MediaTypeHeaderValue(method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json"));
        using var answer = await http.SendAsync(request, ct);
        if (answer.IsSuccessStatusCode || (int)answer.StatusCode is 403 or 404 or 409 or 422) return;
        throw new HttpRequestException($"{method} {path}: {await answer.Content.ReadAsStringAsync(ct)}", null, answer.StatusCode);
    }

    static string PathOf(JsonObject pod) => $"/api/v1/namespaces/{pod.Namespace()}/pods/{pod.Name()}";

    static JsonObject WithoutNulls(JsonObject map)
    {
        foreach (var (name, value) in map.ToList())
        {
            if (value is null) map.Remove(name);
            else Clean(value);
        }

        return map;
    }

    static void Clean(JsonNode value)
    {
        if (value is JsonObject map) WithoutNulls(map);
        else if (value.GetValueKind() == JsonValueKind.Array)
            foreach (var item in value.AsArray().OfType<JsonNode>()) Clean(item);
    }
}
