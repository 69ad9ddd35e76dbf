using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;

namespace Maily.Deploy.Sandbox.Vercel;

/// <summary>Serves one deployment: its files, then its functions, then its rewrites.</summary>
sealed class VercelSite(VercelOutput output, string node, string script, Action<string> log) : IAsyncDisposable
{
    static readonly FileExtensionContentTypeProvider ContentTypes = new();
    readonly SemaphoreSlim starting = new(1);
    VercelFunctionHost? functions;

    public async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "/";
        foreach (var rule in output.Rules.Where(rule => rule.Source.IsMatch(path)))
            AddHeaders(context.Response, rule);
        if (await TryAnswerAsync(context, path))
            return;
        foreach (var rule in output.Rules.Where(rule => rule.Destination is not null))
        {
            if (rule.Source.Match(path) is { Success: true } match && await TryAnswerAsync(context, Rewritten(rule, match)))
                return;
        }

        await VercelEdge.RefuseAsync(context, 404, "The page could not be found", "NOT_FOUND");
    }

    public async ValueTask DisposeAsync()
    {
        if (functions is not null)
            await functions.DisposeAsync();
        starting.Dispose();
    }

    static string Rewritten(VercelRule rule, Match match) => "/" + VercelPatterns.Fill(rule.Destination!, match).Split('?')[0].TrimStart('/');

    static void AddHeaders(HttpResponse response, VercelRule rule)
    {
        foreach (var (name, value) in rule.Headers)
            response.Headers[name] = value;
    }

    async Task<bool> TryAnswerAsync(HttpContext context, string path)
    {
        if (FileOf(path) is { } file)
        {
            context.Response.ContentType = ContentTypes.TryGetContentType(file, out var type) ? WithCharset(type) : "application/octet-stream";
            context.Response.Headers.CacheControl = "public, max-age=0, must-revalidate";
            await context.Response.SendFileAsync(file, context.RequestAborted);
            return true;
        }

        foreach (var function in output.Functions)
        {
            if (function.Route.Match(path) is not { Success: true } match)
                continue;
            var parameters = match.Groups.Values.Skip(1).ToDictionary(group => group.Name, group => group.Value, StringComparer.Ordinal);
            await (await FunctionsAsync(context.RequestAborted)).InvokeAsync(context, function.File, parameters);
            return true;
        }

        return false;
    }

    string? FileOf(string path)
    {
        var file = Path.GetFullPath(Path.Combine(output.StaticRoot, path.TrimStart('/')));
        if (!(file + "/").StartsWith(output.StaticRoot + "/", StringComparison.Ordinal) || IsSource(path))
            return null;
        string[] candidates = output.CleanUrls
            ? [file, Path.Combine(file, "index.html"), file + ".html"]
            : [file, Path.Combine(file, "index.html")];
        return candidates.FirstOrDefault(File.Exists);
    }

    bool IsSource(string path) =>
        output.HidesSources
        && (path.StartsWith("/api/", StringComparison.Ordinal) || path is "/vercel.json" or "/package.json" || path.StartsWith("/.", StringComparison.Ordinal));

    async Task<VercelFunctionHost> FunctionsAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            return functions ??= await VercelFunctionHost.StartAsync(node, script, output, log, cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }

    static string WithCharset(string type) => type.StartsWith("text/", StringComparison.Ordinal) ? type + "; charset=utf-8" : type;
}
