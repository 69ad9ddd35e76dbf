using System.Text;
using CliWrap;
using CliWrap.Buffered;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Manifests;

/// <summary>
/// A bare git repository, served over http on loopback by git's own backend, with what hosts of repositories do besides: they ask for
/// credentials, and refuse pushes by rules.
/// </summary>
public sealed class ManifestsServer : IAsyncDisposable
{
    const string Name = "maily/manifests.git";

    readonly ManifestsServerOptions options;
    StandInHost? host;

    ManifestsServer(ManifestsServerOptions options) => this.options = options;

    /// <summary>The address for <c>MAILY_MANIFESTS_URL</c>.</summary>
    public string Url => $"{host!.Url.AbsoluteUri}{Name}";

    /// <summary>The token for <c>MAILY_MANIFESTS_TOKEN</c>.</summary>
    public string Token => options.Token;

    /// <summary>The bare repository, for tests that look into it or commit beside.</summary>
    public string Folder => Path.Combine(options.Folder, Name);

    /// <summary>Faults on the way to the server.</summary>
    public HttpFaults Faults => host!.Faults;

    /// <summary>What was asked.</summary>
    public RequestLog Requests => host!.Requests;

    /// <summary>Whether the token may only read.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>Makes the repository with a folder for each region, and serves it.</summary>
    public static async Task<ManifestsServer> StartAsync(ManifestsServerOptions options, CancellationToken cancellation)
    {
        var server = new ManifestsServer(options);
        await server.MakeAsync(cancellation);
        server.host = await StandInHost.StartAsync(new() { Handle = server.HandleAsync, State = () => new { server.IsReadOnly }, Secrets = [options.Token], MaxRequestBytes = 200_000_000, Time = options.Time }, cancellation);
        return server;
    }

    /// <summary>Lets the server refuse every push with these words, as a protected branch does; null lets them in again.</summary>
    public void Protect(string? words)
    {
        var hook = Path.Combine(Folder, "hooks", "pre-receive");
        File.Delete(hook);
        if (words is null)
            return;
        File.WriteAllText(hook, $"#!/bin/sh\necho '{words}' >&2\nexit 1\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Runs git in the bare repository.</summary>
    public async Task<string> GitAsync(CancellationToken cancellation, params string[] arguments) =>
        (await Cli.Wrap("git").WithArguments(["-C", Folder, .. arguments]).ExecuteBufferedAsync(cancellation)).StandardOutput.Trim();

    /// <summary>Commits a file as somebody else, and gives the commit.</summary>
    public async Task<string> CommitAsync(string path, string? text, string subject, CancellationToken cancellation)
    {
        var clone = Directory.CreateTempSubdirectory("maily-beside-").FullName;
        try
        {
            Task Git(params string[] arguments) => Cli.Wrap("git").WithArguments(["-C", clone, "-c", "user.name=Somebody Else", "-c", "user.email=somebody@maily.example", .. arguments]).ExecuteAsync(cancellation);
            await Git("clone", "--quiet", "--branch", options.Branch, Folder, ".");
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(clone, path))!);
            if (text is null)
                File.Delete(Path.Combine(clone, path));
            else
                await File.WriteAllTextAsync(Path.Combine(clone, path), text, cancellation);
            await Git("add", "--all");
            await Git("commit", "--quiet", "--message", subject);
            await Git("push", "--quiet", "origin", options.Branch);
            return await GitAsync(cancellation, "rev-parse", options.Branch);
        }
        finally
        {
            Directory.Delete(clone, recursive: true);
        }
    }

    /// <summary>Stops the server.</summary>
    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task MakeAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Folder);
        await GitAsync(cancellation, "init", "--quiet", "--bare", $"--initial-branch={options.Branch}", ".");
        // An empty tree has no branch to clone: the first commit is written without a working tree.
        await GitAsync(cancellation, "config", "http.receivepack", "true");
        var work = Directory.CreateTempSubdirectory("maily-manifests-").FullName;
        try
        {
            Task Git(params string[] arguments) => Cli.Wrap("git").WithArguments(["-C", work, "-c", "user.name=Sandbox", "-c", "user.email=sandbox@maily.example", .. arguments]).ExecuteAsync(cancellation);
            await Git("init", "--quiet", $"--initial-branch={options.Branch}", ".");
            foreach (var region in options.Regions)
            {
                Directory.CreateDirectory(Path.Combine(work, "regions", region));
                await File.WriteAllTextAsync(Path.Combine(work, "regions", region, "README.md"), $"What runs in {region}. Only deployments write here.\n", cancellation);
            }

            await Git("add", "--all");
            await Git("commit", "--quiet", "--allow-empty", "--message", "A folder for each region");
            await Git("push", "--quiet", Folder, options.Branch);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    async Task HandleAsync(HttpContext context)
    {
        var expected = $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"x-access-token:{options.Token}"))}";
        if (context.Request.Headers.Authorization.ToString() != expected)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"manifests\"";
            await AnswerAsync(context, 401, "Authentication required.");
        }
        else if (IsReadOnly && $"{context.Request.Path}{context.Request.QueryString}".Contains("git-receive-pack", StringComparison.Ordinal))
            await AnswerAsync(context, 403, "Write access to repository not granted.");
        else
            await BackendAsync(context);
    }

    static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    async Task BackendAsync(HttpContext context)
    {
        var request = context.Request;
        using var output = new MemoryStream();
        await Cli.Wrap("git").WithArguments("http-backend").WithValidation(CommandResultValidation.None)
            .WithEnvironmentVariables(variables => variables
                .Set("GIT_PROJECT_ROOT", options.Folder).Set("GIT_HTTP_EXPORT_ALL", "1").Set("REMOTE_USER", "deployer").Set("REQUEST_METHOD", request.Method)
                .Set("PATH_INFO", request.Path.Value).Set("QUERY_STRING", request.QueryString.Value?.TrimStart('?')).Set("CONTENT_TYPE", request.ContentType)
                .Set("HTTP_CONTENT_ENCODING", request.Headers.ContentEncoding.ToString()).Set("GIT_PROTOCOL", request.Headers["Git-Protocol"].ToString()))
            .WithStandardInputPipe(PipeSource.FromStream(request.Body)).WithStandardOutputPipe(PipeTarget.ToStream(output))
            .ExecuteAsync(context.RequestAborted);
        await AnswerAsync(context, output.ToArray());
    }

    // As CGI programs answer: headers, an empty line, the body.
    static async Task AnswerAsync(HttpContext context, byte[] answer)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            await AnswerAsync(context, 500, "git's http-backend gave no answer");
            return;
        }

        foreach (var line in Encoding.ASCII.GetString(answer, 0, end).Split("\r\n"))
            if (line.Split(": ", 2) is [var name, var value])
                if (name == "Status")
                    context.Response.StatusCode = int.Parse(value[..3]);
                else
                    context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(answer.AsMemory(end + 4), context.RequestAborted);
    }
}
