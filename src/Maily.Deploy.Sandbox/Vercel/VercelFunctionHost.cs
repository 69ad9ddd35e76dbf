using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>One <c>node</c> process that runs a deployment's functions.</summary>
sealed class VercelFunctionHost : IAsyncDisposable
{
    readonly HttpMessageInvoker client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    readonly Process process;
    readonly int port;

    VercelFunctionHost(Process process, int port)
    {
        this.process = process;
        this.port = port;
    }

    public static async Task<VercelFunctionHost> StartAsync(
        string node, string script, VercelOutput output, Action<string> log, CancellationToken cancellationToken)
    {
        var started = Process.Start(Describe(node, script, output)) ?? throw new VercelBuildException($"{node} did not start");
        started.ErrorDataReceived += (_, line) => log(line.Data ?? "");
        started.BeginErrorReadLine();
        var first = await started.StandardOutput.ReadLineAsync(cancellationToken);
        return first?.Split(' ') is ["port", var number]
            ? new VercelFunctionHost(started, int.Parse(number, CultureInfo.InvariantCulture))
            : throw new VercelBuildException($"{node} ended before it listened");
    }

    public async Task InvokeAsync(HttpContext context, string file, IReadOnlyDictionary<string, string> parameters)
    {
        using var request = Copy(context.Request, file, parameters);
        using var response = await client.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive"))
                context.Response.Headers[name] = values.ToArray();
        }

        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        client.Dispose();
    }

    HttpRequestMessage Copy(HttpRequest original, string file, IReadOnlyDictionary<string, string> parameters)
    {
        var request = new HttpRequestMessage(new HttpMethod(original.Method), $"http://127.0.0.1:{port}{original.Path}{original.QueryString}");
        if (original.ContentLength > 0 || original.Headers.ContainsKey("Transfer-Encoding"))
            request.Content = new StreamContent(original.Body);
        foreach (var (name, values) in original.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        request.Headers.TryAddWithoutValidation("x-function-file", Uri.EscapeDataString(file));
        request.Headers.TryAddWithoutValidation("x-function-params", Uri.EscapeDataString(System.Text.Json.JsonSerializer.Serialize(parameters)));
        return request;
    }

    static ProcessStartInfo Describe(string node, string script, VercelOutput output)
    {
        var start = new ProcessStartInfo(node, [script, output.Root])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = output.Root,
        };
        foreach (var (name, value) in VercelShell.Only(output.Environment))
        {
            if (value is null)
                start.Environment.Remove(name);
            else
                start.Environment[name] = value;
        }

        return start;
    }
}
