using System.Text;
using Maily.Deploy.Http;
using Maily.Deploy.Secrets;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Notifications;

/// <summary>Tells Slack about deployments. What goes wrong on the way is said in the log and stops nothing.</summary>
public sealed class SlackNotifier
{
    static readonly FarSideOptions Short = new() { Tries = 3, Pause = TimeSpan.FromMilliseconds(300), LongestPause = TimeSpan.FromSeconds(2), TryTimeout = TimeSpan.FromSeconds(3) };

    readonly Secret webhook;
    readonly FarSideClient client;
    readonly SecretRedactor redactor;
    readonly ILogger log;

    /// <summary>A notifier for the webhook (<c>SLACK_WEBHOOK_URL</c>), which is a secret itself.</summary>
    /// <param name="webhook">The webhook's address.</param>
    /// <param name="http">The HTTP client.</param>
    /// <param name="time">The clock.</param>
    /// <param name="redactor">Takes secrets out of messages: a first cause may quote a far side.</param>
    /// <param name="log">Where a failure is said.</param>
    public SlackNotifier(Secret webhook, HttpClient http, TimeProvider time, SecretRedactor redactor, ILogger log)
    {
        (this.webhook, this.redactor, this.log) = (webhook, redactor, log);
        client = new FarSideClient("Slack", http, time, Short, webhook);
    }

    /// <summary>Sends the message, within about ten seconds; gives whether Slack took it. Throws only when cancelled.</summary>
    public async Task<bool> SendAsync(DeploymentMessage message, CancellationToken cancellation)
    {
        var body = SlackPayload.Of(message with { FirstCause = message.FirstCause is { } cause ? redactor.Redact(cause) : null });
        try
        {
            var answer = await client.ReadAsync(() => Request(body), cancellation);
            if (!answer.IsSuccess)
                log.LogWarning("Slack was not told: it answered {Status}. The deployment goes on", (int)answer.Status);
            return answer.IsSuccess;
        }
        catch (Exception unsent) when (unsent is DeployException or UriFormatException)
        {
            log.LogWarning("Slack was not told: {Reason} The deployment goes on", unsent is DeployException known ? known.Fact : "SLACK_WEBHOOK_URL is no address.");
            return false;
        }
    }

    HttpRequestMessage Request(string body) => new(HttpMethod.Post, new Uri(webhook.Reveal(), UriKind.Absolute))
    {
        Content = new StringContent(body, Encoding.UTF8, "application/json"),
    };
}
