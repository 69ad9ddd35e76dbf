using System.Text.Json;
using System.Text.Json.Nodes;
using Maily.Deploy.Deployments.Journals;

namespace Maily.Deploy.Notifications;

/// <summary>A message as Slack's webhooks take it: a text for notifications, and blocks for the channel.</summary>
public static class SlackPayload
{
    static readonly JsonSerializerOptions Options = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The body of the request.</summary>
    public static string Of(DeploymentMessage message)
    {
        var blocks = new JsonArray(Section($"{Mark(message.Outcome)} *{Escape(message.Headline)}*"), Fields(message));
        if (message.FirstCause is { } cause)
            blocks.Add(Section($"*First cause*\n```{Escape(cause.Replace("```", "'''", StringComparison.Ordinal))}```"));
        if (message.Link is { } link)
            blocks.Add(Section($"<{link.AbsoluteUri}|Watch the run>"));
        return new JsonObject { ["text"] = Escape(message.Headline), ["blocks"] = blocks }.ToJsonString(Options);
    }

    static JsonObject Fields(DeploymentMessage message)
    {
        var fields = new JsonArray(Field("Environment", message.Environment), Field("Commit", message.Commit[..7]), Field("Deployment", message.Id.Value), Field("By", message.By));
        if (message.Outcome is { } outcome)
            fields.Add(Field("Outcome", Words(outcome)));
        if (message.Duration is { } duration)
            fields.Add(Field("Duration", Words(duration)));
        return new JsonObject { ["type"] = "section", ["fields"] = fields };
    }

    static JsonObject Section(string text) => new() { ["type"] = "section", ["text"] = Markdown(text) };

    static JsonObject Field(string name, string value) => Markdown($"*{name}*\n{Escape(value)}");

    static JsonObject Markdown(string text) => new() { ["type"] = "mrkdwn", ["text"] = text };

    // The three characters that Slack's own syntax uses.
    static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal)
        .Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    static string Mark(DeploymentOutcome? outcome) => outcome switch
    {
        null => ":rocket:",
        DeploymentOutcome.Succeeded => ":white_check_mark:",
        DeploymentOutcome.RolledBack => ":leftwards_arrow_with_hook:",
        DeploymentOutcome.NeedsAttention => ":rotating_light:",
        _ => ":no_entry:",
    };

    static string Words(DeploymentOutcome outcome) => outcome switch
    {
        DeploymentOutcome.Succeeded => "succeeded",
        DeploymentOutcome.RolledBack => "rolled back",
        DeploymentOutcome.NeedsAttention => "needs attention",
        _ => "refused",
    };

    static string Words(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } => $"{(int)duration.TotalHours} h {duration.Minutes} min",
        { TotalMinutes: >= 1 } => $"{duration.Minutes} min {duration.Seconds} s",
        _ => $"{duration.TotalSeconds:0.#} s",
    };
}
