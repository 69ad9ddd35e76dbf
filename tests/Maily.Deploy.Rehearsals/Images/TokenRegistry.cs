using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Maily.Deploy.Sandbox.Ports;

namespace Maily.Deploy.Rehearsals.Images;

/// <summary>A registry of one manifest that lets in who has a token, and, as ghcr.io does, gives tokens to the right login.</summary>
sealed class TokenRegistry : IDisposable
{
    public const string User = "ci";
    public const string Password = "correct horse battery";

    static readonly byte[] Manifest = """{"schemaVersion":2}"""u8.ToArray();

    readonly HttpListener listener = new();
    readonly int port = LoopbackPorts.Find();
    int tokens;

    public TokenRegistry()
    {
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        Realm = $"http://{Host}/token";
        _ = ServeAsync();
    }

    public static string Digest => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Manifest))}";

    public string Host => $"127.0.0.1:{port}";

    /// <summary>Where it says that tokens are.</summary>
    public string Realm { get; set; }

    /// <summary>What its token endpoint answers in place of a token, so many times.</summary>
    public (int Status, string Text, int Times) Fault { get; set; }

    /// <summary>Where it leads in place of the manifest.</summary>
    public string? LeadsTo { get; set; }

    /// <summary>Requests for tokens, with their queries, and logins or tokens that came along.</summary>
    public ConcurrentQueue<(string Request, string? Login)> Asked { get; } = [];

    public IEnumerable<string> TokenRequests => Asked.Select(asked => asked.Request).Where(request => request.StartsWith("/token", StringComparison.Ordinal));

    /// <summary>No token that it gave is worth anything any more.</summary>
    public void ForgetTokens() => tokens++;

    public void Dispose() => listener.Close();

    async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            try
            {
                Answer(await listener.GetContextAsync());
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    void Answer(HttpListenerContext context)
    {
        var (asked, login) = (context.Request.RawUrl!, context.Request.Headers["Authorization"]);
        Asked.Enqueue((asked, login));
        var (status, text) = asked.StartsWith("/token", StringComparison.Ordinal) ? TokenFor(login) : Enter(context.Response, asked, login);
        context.Response.StatusCode = status;
        context.Response.Close(context.Request.HttpMethod == "HEAD" ? [] : text, willBlock: true);
    }

    (int Status, byte[] Text) TokenFor(string? login)
    {
        if (Fault.Times > 0)
        {
            Fault = Fault with { Times = Fault.Times - 1 };
            return (Fault.Status, Encoding.UTF8.GetBytes(Fault.Text));
        }

        return login == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"))}"
            ? (200, Encoding.UTF8.GetBytes($$"""{"token":"token-{{tokens}}","expires_in":300}"""))
            : (401, """{"errors":[{"code":"UNAUTHORIZED","message":"incorrect username or password"}]}"""u8.ToArray());
    }

    (int Status, byte[] Text) Enter(HttpListenerResponse response, string asked, string? login)
    {
        if (LeadsTo is { } other)
        {
            response.Headers["Location"] = other;
            return (307, []);
        }

        if (login == $"Bearer token-{tokens}")
        {
            response.ContentType = "application/vnd.oci.image.manifest.v1+json";
            response.Headers["Docker-Content-Digest"] = Digest;
            return (200, Manifest);
        }

        response.Headers["WWW-Authenticate"] = $"Bearer realm=\"{Realm}\",service=\"registry.test\",scope=\"repository:{string.Join('/', asked.Split('/')[2..^2])}:pull,push\"";
        return (401, """{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}"""u8.ToArray());
    }
}
