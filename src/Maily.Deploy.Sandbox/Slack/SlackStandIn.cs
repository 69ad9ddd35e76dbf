using Maily.Deploy.Sandbox.Http;
using Microsoft.AspNetCore.Http;

namespace Maily.Deploy.Sandbox.Slack;

/// <summary>An incoming webhook of Slack on loopback: refuses what Slack refuses and keeps what it accepts.</summary>
public sealed class SlackStandIn : IAsyncDisposable
{
    readonly SlackStandInOptions options;
    StandInHost? host;

    SlackStandIn(SlackStandInOptions options) => this.options = options;

    /// <summary><c>http://127.0.0.1:PORT/</c>.</summary>
    public Uri Url => host!.Url;

    /// <summary>The address for <c>SLACK_WEBHOOK_URL</c>; a secret in the real service.</summary>
    public Uri WebhookUrl => new(Url, Path);

    /// <summary>The messages so far.</summary>
    public SlackState State { get; } = new();

    /// <summary>Faults on the way to the webhook.</summary>
    public HttpFaults Faults => host!.Faults;

    /// <summary>What was asked.</summary>
    public RequestLog Requests => host!.Requests;

    string Path => $"/services/{options.Team}/{options.Service}/{options.Token}";

    /// <summary>Starts the stand-in.</summary>
    /// <param name="options">Its webhook.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <returns>The running stand-in; dispose it to stop it.</returns>
    public static async Task<SlackStandIn> StartAsync(SlackStandInOptions options, CancellationToken cancellationToken)
    {
        var standIn = new SlackStandIn(options);
        standIn.host = await StandInHost.StartAsync(standIn.Describe(), cancellationToken);
        return standIn;
    }

    /// <summary>Stops the server.</summary>
    /// <returns>When it is stopped.</returns>
    public ValueTask DisposeAsync() => host?.DisposeAsync() ?? ValueTask.CompletedTask;

    StandInService Describe() => new()
    {
        Handle = HandleAsync,
        State = () => new { messages = State.Messages },
        Secrets = [options.Token],
        Port = options.Port,
        Time = options.Time,
    };

    async Task HandleAsync(HttpContext context)
    {
        var (status, word) = WebhookRefusal(context.Request) ?? await PostAsync(context);
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(word, context.RequestAborted);
    }

    (int Status, string Word)? WebhookRefusal(HttpRequest request)
    {
        var parts = (request.Path.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["services", var team, var service, var token])
            return (404, "no_service");
        if (team != options.Team)
            return (404, "no_team");
        if (service != options.Service)
            return (404, "no_service");
        if (token != options.Token)
            return (403, "invalid_token");
        return request.Method == HttpMethods.Post ? null : (400, "invalid_payload");
    }

    async Task<(int Status, string Word)> PostAsync(HttpContext context)
    {
        var payload = context.Request.HasFormContentType
            ? Json.ParseObject((await context.Request.ReadFormAsync(context.RequestAborted))["payload"].ToString())
            : await Json.ReadObjectAsync(context);
        if (payload is null)
            return (400, "invalid_payload");
        if (SlackPayload.Refusal(payload) is { } refusal)
            return (400, refusal);
        State.Add(options.Time.GetUtcNow(), payload.Text("text") ?? "", payload);
        return (200, "ok");
    }
}
