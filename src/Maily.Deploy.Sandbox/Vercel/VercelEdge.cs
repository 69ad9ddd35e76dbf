using System.Collections.Concurrent;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Vercel's network: answers for deployments by host name, and on a port of each one's own.</summary>
sealed class VercelEdge(VercelCore core) : IAsyncDisposable
{
    readonly ConcurrentDictionary<string, VercelSite> sites = [];
    readonly ConcurrentDictionary<string, StandInHost> hosts = [];
    readonly string script = Path.Combine(core.WorkDirectory, "function-host.mjs");

    /// <summary>Whether the host name is one of this network rather than the API's.</summary>
    public bool Owns(string host) =>
        host.EndsWith(".vercel.app", StringComparison.OrdinalIgnoreCase)
        || core.ProductionHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || core.State.Aliases.ContainsKey(host.ToLowerInvariant());

    /// <summary>Puts a deployment on the network.</summary>
    /// <returns>Its address on loopback.</returns>
    public async Task<Uri> ServeAsync(VercelDeployment deployment, VercelOutput output, CancellationToken cancellationToken)
    {
        await WriteScriptAsync(cancellationToken);
        sites[deployment.Id] = new VercelSite(output, core.Options.Node, script, line => core.Log(deployment.Id, "stderr", line));
        var host = await StandInHost.StartAsync(
            new StandInService
            {
                Handle = context => HandleAsync(context, deployment.Host),
                State = () => core.State.Find(deployment.Id) ?? deployment,
                Secrets = core.Options.ProtectionBypass is { } secret ? [secret] : [],
                Time = core.Options.Time,
            },
            cancellationToken);
        hosts[deployment.Id] = host;
        return host.Url;
    }

    public async Task WithdrawAsync(string deploymentId)
    {
        if (hosts.TryRemove(deploymentId, out var host))
            await host.DisposeAsync();
        if (sites.TryRemove(deploymentId, out var site))
            await site.DisposeAsync();
    }

    /// <summary>Takes all but these off the network; their processes end by themselves.</summary>
    public void WithdrawOthers(IEnumerable<string> deploymentIds)
    {
        foreach (var id in hosts.Keys.Except(deploymentIds, StringComparer.Ordinal))
            _ = WithdrawAsync(id);
    }

    /// <summary>Answers for a host name, whatever the request's own Host header says.</summary>
    public Task HandleAsync(HttpContext context, string host)
    {
        context.Response.Headers.Server = "Vercel";
        context.Response.Headers["x-vercel-id"] = "iad1::" + VercelCore.NewId("");
        if (core.State.Find(host) is not { } deployment || !sites.TryGetValue(deployment.Id, out var site))
            return RefuseAsync(context, 404, "The deployment could not be found on Vercel.", "DEPLOYMENT_NOT_FOUND");
        return IsLocked(context.Request, host)
            ? RefuseAsync(context, 401, "Authentication Required", "DEPLOYMENT_PROTECTED")
            : site.HandleAsync(context);
    }

    public static Task RefuseAsync(HttpContext context, int status, string message, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers["x-vercel-error"] = code;
        return context.Response.WriteAsync($"{message}\n\n{code}\n", context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in hosts.Keys)
            await WithdrawAsync(id);
    }

    /// <summary>Deployment protection guards every host but production's.</summary>
    bool IsLocked(HttpRequest request, string host) =>
        core.Options.ProtectionBypass is { } secret
        && !core.ProductionHosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        && request.Headers["x-vercel-protection-bypass"] != secret
        && request.Query["x-vercel-protection-bypass"] != secret;

    async Task WriteScriptAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(script))
            return;
        await using var source = typeof(VercelEdge).Assembly.GetManifestResourceStream("Maily.Deploy.Sandbox.Vercel.FunctionHost.mjs")!;
        await using var target = File.Create(script + VercelCore.NewId("."));
        await source.CopyToAsync(target, cancellationToken);
        await target.DisposeAsync();
        File.Move(target.Name, script, overwrite: true);
    }
}
