using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Slack;

/// <summary>One message that the webhook accepted.</summary>
/// <param name="At">When it came.</param>
/// <param name="Text">Its <c>text</c>; empty where it has blocks or attachments only.</param>
/// <param name="Payload">The whole payload as JSON text.</param>
public sealed record SlackMessage(DateTimeOffset At, string Text, string Payload);

/// <summary>What the channel shows. Safe to read from several threads.</summary>
public sealed class SlackState
{
    readonly Lock gate = new();
    readonly List<SlackMessage> messages = [];

    /// <summary>The messages, oldest first.</summary>
    public IReadOnlyList<SlackMessage> Messages
    {
        get
        {
            lock (gate)
                return [.. messages];
        }
    }

    internal void Add(DateTimeOffset at, string text, JsonObject payload)
    {
        lock (gate)
            messages.Add(new SlackMessage(at, text, payload.ToJsonString()));
    }
}
