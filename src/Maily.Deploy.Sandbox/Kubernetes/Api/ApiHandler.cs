using Maily.Deploy.Sandbox.Kubernetes.Objects;
using Maily.Deploy.Sandbox.Kubernetes.Verbs;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Kubernetes.Api;

/// <summary>Answers requests: who asks, what for, and which verb does it.</summary>
internal sealed class ApiHandler(ClusterState state, string token)
{
    readonly ObjectWriter writer = new(state);
    readonly Discovery discovery = new(state.Kinds);
    readonly Reading reading = new(state);
    readonly Watching watching = new(state);

    public async Task Handle(HttpContext http)
    {
        try
        {
            if (http.Request.Headers.Authorization != $"Bearer {token}") throw ApiException.Unauthorized();
            if (await Interfere(http)) return;
            await Answer(http);
        }
        catch (ApiException refusal)
        {
            await http.Write(refusal.Code, refusal.Body());
        }
    }

    /// <summary>Lets a fault do its part; true where that was the answer.</summary>
    async Task<bool> Interfere(HttpContext http)
    {
        if (state.Faults.Of(http.Request.Method, http.Request.Path, http.Request.Query.ContainsKey("watch")) is not { } fault) return false;
        if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, state.Options.Time, http.RequestAborted);
        if (fault.RetryAfter is { } pause) http.Response.Headers.RetryAfter = $"{(int)pause.TotalSeconds}";
        if (fault.Status is { } status)
            throw new ApiException((int)status, status.ToString(), $"the embedded Kubernetes API was told to answer {(int)status}");
        if (!fault.LosesAnswer) return false;
        var lost = new DefaultHttpContext { RequestAborted = http.RequestAborted };
        lost.Request.Method = http.Request.Method;
        lost.Request.Path = http.Request.Path;
        lost.Request.QueryString = http.Request.QueryString;
        lost.Request.Body = http.Request.Body;
        lost.Request.ContentType = http.Request.ContentType;
        lost.Request.Headers.UserAgent = http.Request.Headers.UserAgent;
        await Answer(lost);
        http.Abort();
        return true;
    }

    async Task Answer(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "/";
        if (path is "/healthz" or "/readyz" or "/livez")
        {
            await http.Response.WriteAsync("ok", http.RequestAborted);
            return;
        }

        if (discovery.Document(path) is { } document)
        {
            if (http.Request.Method != HttpMethods.Get) throw ApiException.NoMethod(http.Request.Method);
            await http.Write(200, document);
            return;
        }

        var resource = ResourcePath.Parse(path, state.Kinds) ?? throw ApiException.NoPath();
        await Dispatch(new ApiRequest(http, resource, state.Now));
    }

    Task Dispatch(ApiRequest request) => (request.Path.Subresource, request.Http.Request.Method) switch
    {
        (null, "GET") when request.IsSet("watch") => watching.Watch(request),
        (null, "GET") when request.Path.Name is null => reading.List(request),
        (null or "status", "GET") => reading.Get(request),
        (null, "POST") when request.Path.Name is null => new Creating(state, writer).Create(request),
        (null or "status" or "finalize", "PUT") => new Changing(state, writer).Put(request),
        (null or "status", "PATCH") => new Changing(state, writer).Patch(request),
        (null, "DELETE") => new Removing(state).Delete(request),
        ("scale", _) when request.Path.Kind.HasScale => new Scaling(state, writer).Handle(request),
        ("log", "GET") when request.Path.Kind.Kind == "Pod" => new Logs(state).Get(request),
        ("eviction", "POST") when request.Path.Kind.Kind == "Pod" => new Removing(state).Evict(request),
        ("binding", "POST") when request.Path.Kind.Kind == "Pod" => new Creating(state, writer).Bind(request),
        (null or "status", _) => throw ApiException.NoMethod(request.Http.Request.Method),
        ("exec" or "attach" or "portforward" or "proxy" or "ephemeralcontainers" or "token" or "resize" or "approval", _) =>
            throw ApiException.NotImplemented($"{request.Http.Request.Method} {request.Path.Kind.Plural}/{request.Path.Subresource}"),
        _ => throw ApiException.NoPath(),
    };
}
