using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Maily.Deploy.Sandbox.Vercel;

namespace Maily.Deploy.Rehearsals.Vercel;

/// <summary>A running stand-in and a plain client of its API.</summary>
public abstract class VercelFixture : IAsyncLifetime
{
    protected static readonly IReadOnlyDictionary<string, string> Site = new Dictionary<string, string>
    {
        ["public/index.html"] = "<h1>one</h1>",
        ["api/health.js"] = "module.exports = (req, res) => res.status(200).json({ ok: true, commit: process.env.VERCEL_GIT_COMMIT_SHA, q: req.query.q });",
    };

    protected VercelStandInOptions Options { get; init; } = new();

    protected VercelStandIn Vercel { get; private set; } = null!;

    protected HttpClient Http { get; } = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Vercel = await VercelStandIn.StartAsync(Options, Token);

    public virtual async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Vercel.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<(HttpStatusCode Status, JsonNode Body)> CallAsync(string method, string path, string? body = null, string? token = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Vercel.Url, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Options.Token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await Http.SendAsync(request, Token);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!);
    }

    protected async Task<HttpStatusCode> UploadAsync(string content, string? digest = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Vercel.Url, "/v2/files"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Options.Token);
        request.Headers.Add("x-vercel-digest", digest ?? Sha(content));
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content));
        using var response = await Http.SendAsync(request, Token);
        return response.StatusCode;
    }

    /// <summary>Uploads, creates, and waits until the build is over.</summary>
    protected async Task<VercelDeployment> DeployAsync(
        IReadOnlyDictionary<string, string> files, string target = "production", bool staged = true, string meta = "{}")
    {
        foreach (var content in files.Values)
            (await UploadAsync(content)).ShouldBe(HttpStatusCode.OK);
        var (status, body) = await CallAsync("POST", "/v13/deployments", Request(files, target, staged, meta));
        status.ShouldBe(HttpStatusCode.OK, body.ToJsonString());
        return await SettleAsync((string)body["id"]!);
    }

    protected string Request(IReadOnlyDictionary<string, string> files, string target, bool staged, string meta = "{}")
    {
        var list = new JsonArray([.. files.Select(file => new JsonObject
        {
            ["file"] = file.Key, ["sha"] = Sha(file.Value), ["size"] = Encoding.UTF8.GetByteCount(file.Value),
        })]);
        return new JsonObject
        {
            ["name"] = Options.ProjectName,
            ["project"] = Options.ProjectId,
            ["target"] = target,
            ["files"] = list,
            ["meta"] = JsonNode.Parse(meta),
            ["autoAssignCustomDomains"] = !staged,
        }.ToJsonString();
    }

    protected async Task<VercelDeployment> SettleAsync(string id)
    {
        while (true)
        {
            var found = Vercel.State.Find(id).ShouldNotBeNull();
            if (found.ReadyState is "ERROR" or "CANCELED" or "READY")
                return found;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        }
    }

    /// <summary>Asks for a promotion or rollback and waits for the end of its job.</summary>
    protected async Task<VercelAliasRequest> MoveAsync(string action, string id)
    {
        var version = action == "promote" ? "v10" : "v9";
        var (status, body) = await CallAsync("POST", $"/{version}/projects/{Options.ProjectId}/{action}/{id}", "{}");
        status.ShouldBe(HttpStatusCode.Created, body.ToJsonString());
        while (Vercel.State.Project.LastAliasRequest is not { JobStatus: "succeeded" or "failed" or "skipped" })
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Token);
        return Vercel.State.Project.LastAliasRequest;
    }

    protected async Task<(HttpStatusCode Status, string Body)> FetchAsync(string host, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Vercel.Url, path));
        request.Headers.Host = host;
        using var response = await Http.SendAsync(request, Token);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    protected static string Sha(string content) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(content)));
}
