using Maily.Deploy.Sandbox.Kubernetes.Api;
using Maily.Deploy.Sandbox.Kubernetes.Controllers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Nodes;

/// <summary>The part of a kubelet's own API that <c>kubectl logs</c> needs; the cluster's API passes such requests on to it.</summary>
internal sealed class NodeLogs(NodeApi api, PodFate fate, TimeProvider time) : IAsyncDisposable
{
    readonly LoopbackCertificates certificates = new(time);
    WebApplication? app;

    public int Port { get; private set; }

    public async Task Start(CancellationToken ct)
    {
        app = LoopbackServer.Build(Answer, certificates);
        await app.StartAsync(ct);
        Port = new Uri(app.Urls.First()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null) await app.DisposeAsync();
        certificates.Dispose();
    }

    async Task Answer(HttpContext http)
    {
        var path = http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (path is not ["containerLogs", var ns, var name, var container] || await api.Pod(ns, name, http.RequestAborted) is not { } pod)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        await Write(http, () => PodOutput.Of(fate.Told(pod, Workloads.NameOf(pod)), pod, container, http.Request.Query["previous"] == "true"));
    }

    static async Task Write(HttpContext http, Func<IReadOnlyList<string>> read)
    {
        try
        {
            var lines = read();
            if (int.TryParse(http.Request.Query["tailLines"], out var tail)) lines = [.. lines.TakeLast(tail)];
            await http.Response.WriteAsync(string.Concat(lines.Select(line => line + "\n")), http.RequestAborted);
        }
        catch (ApiException refused)
        {
            http.Response.StatusCode = refused.Code;
            await http.Response.WriteAsync(refused.Message, http.RequestAborted);
        }
    }
}
