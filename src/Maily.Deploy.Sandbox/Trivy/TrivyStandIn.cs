using System.Collections.Concurrent;
using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;
using ProtoBuf;

namespace Maily.Deploy.Sandbox.Trivy;

/// <summary>
/// A trivy server on loopback with a small database: the services of the real one (Twirp over protocol buffers), its paths, token and
/// errors. It is told the packages of an image, and answers which of them have known weaknesses.
/// </summary>
public sealed class TrivyStandIn : IAsyncDisposable
{
    const string Protobuf = "application/protobuf";
    const string Version = "0.66.0";
    const int Schema = 2;

    readonly TrivyStandInOptions options;
    readonly ConcurrentDictionary<string, Blob> blobs = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, bool> artifacts = new(StringComparer.Ordinal);
    StandInHost? host;

    TrivyStandIn(TrivyStandInOptions options) => this.options = options;

    /// <summary>For <c>TRIVY_SERVER_URL</c>.</summary>
    public Uri Url => host!.Url;

    /// <summary>Faults on the way.</summary>
    public HttpFaults Faults => host!.Faults;

    /// <summary>What was asked.</summary>
    public RequestLog Requests => host!.Requests;

    /// <summary>Starts the stand-in.</summary>
    public static async Task<TrivyStandIn> StartAsync(TrivyStandInOptions options, CancellationToken cancellationToken)
    {
        var standIn = new TrivyStandIn(options);
        standIn.host = await StandInHost.StartAsync(standIn.Describe(), cancellationToken);
        return standIn;
    }

    /// <summary>Stops the server.</summary>
    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? ValueTask.CompletedTask;

    StandInService Describe() => new()
    {
        Handle = HandleAsync, State = () => new { blobs = blobs.Keys, artifacts = artifacts.Keys },
        Secrets = options.Token is null ? [] : [options.Token], Port = options.Port, Time = options.Time,
    };

    Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/healthz" => context.Response.WriteAsync("ok", context.RequestAborted),
        "/version" => Json.WriteAsync(context, 200, new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["Version"] = Version,
            ["VulnerabilityDB"] = new Dictionary<string, object>(StringComparer.Ordinal) { ["Version"] = Schema, ["UpdatedAt"] = options.Time.GetUtcNow().UtcDateTime.Date },
        }, "application/json"),
        var path when path?.StartsWith("/twirp/", StringComparison.Ordinal) == true => CallAsync(context, path["/twirp/".Length..]),
        _ => NotFoundAsync(context),
    };

    Task CallAsync(HttpContext context, string method)
    {
        if (options.Token is { } token && context.Request.Headers["Trivy-Token"] != token)
            return RefuseAsync(context, 401, "unauthenticated", "invalid token");
        if (context.Request.Method != HttpMethods.Post)
            return RefuseAsync(context, 404, "bad_route", $"unsupported method \"{context.Request.Method}\" (only POST is allowed)");
        if (context.Request.ContentType != Protobuf)
            return RefuseAsync(context, 404, "bad_route", $"unexpected Content-Type: \"{context.Request.ContentType}\"");
        return method switch
        {
            "trivy.cache.v1.Cache/PutBlob" => AnswerAsync<PutBlobRequest>(context, PutAsync),
            "trivy.cache.v1.Cache/PutArtifact" => AnswerAsync<PutArtifactRequest>(context, PutAsync),
            "trivy.cache.v1.Cache/MissingBlobs" => AnswerAsync<MissingBlobsRequest>(context, MissingAsync),
            "trivy.scanner.v1.Scanner/Scan" => AnswerAsync<ScanQuestion>(context, ScanAsync),
            _ => RefuseAsync(context, 404, "bad_route", $"no handler for path \"{context.Request.Path}\""),
        };
    }

    Task PutAsync(HttpContext context, PutBlobRequest request)
    {
        if (request.Blob is null)
            return RefuseAsync(context, 500, "internal", "empty layer info");
        blobs[request.DiffId] = request.Blob;
        return WriteAsync(context, new Empty());
    }

    Task PutAsync(HttpContext context, PutArtifactRequest request)
    {
        if (request.Artifact is null)
            return RefuseAsync(context, 500, "internal", "empty image info");
        artifacts[request.ArtifactId] = true;
        return WriteAsync(context, new Empty());
    }

    Task MissingAsync(HttpContext context, MissingBlobsRequest request) => WriteAsync(context, new MissingBlobsAnswer
    {
        MissingArtifact = !artifacts.ContainsKey(request.ArtifactId), MissingBlobIds = [.. request.BlobIds.Where(id => !blobs.ContainsKey(id))],
    });

    Task ScanAsync(HttpContext context, ScanQuestion question)
    {
        var layers = question.BlobIds.Select(id => blobs.GetValueOrDefault(id)).ToArray();
        return layers.Any(layer => layer is not { SchemaVersion: Schema })
            ? RefuseAsync(context, 500, "internal", $"failed scan, {question.Target}: failed to apply layers: layer cache missing")
            : WriteAsync(context, new TrivyLookup(options.Weaknesses).Answer(question.Target, layers!));
    }

    static async Task AnswerAsync<T>(HttpContext context, Func<HttpContext, T, Task> answer)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        body.Position = 0;
        T request;
        try
        {
            request = Serializer.Deserialize<T>(body);
        }
        catch (Exception malformed) when (malformed is ProtoException or EndOfStreamException)
        {
            await RefuseAsync(context, 400, "malformed", "the protobuf request could not be decoded");
            return;
        }

        await answer(context, request);
    }

    static async Task WriteAsync<T>(HttpContext context, T answer)
    {
        using var body = new MemoryStream();
        Serializer.Serialize(body, answer);
        context.Response.ContentType = Protobuf;
        await context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted);
    }

    static Task RefuseAsync(HttpContext context, int status, string code, string message) =>
        Json.WriteAsync(context, status, new { code, msg = message }, "application/json");

    static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("404 page not found\n", context.RequestAborted);
    }
}
