using System.Text.Json.Nodes;

namespace Maily.Deploy.Sandbox.Slack;

/// <summary>What an incoming webhook accepts, by Slack's rules for messages.</summary>
static class SlackPayload
{
    const int MaxBlocks = 50;
    const int MaxAttachments = 100;
    const int MaxHeader = 150;
    const int MaxSection = 3000;

    static readonly HashSet<string> BlockTypes =
    [
        "actions", "context", "divider", "file", "header", "image", "input", "markdown", "rich_text", "section", "table", "video",
    ];

    /// <summary>Slack's word for what is wrong with the payload; <see langword="null"/> where it is fine.</summary>
    public static string? Refusal(JsonObject payload)
    {
        if (payload["text"] is { } text && text.GetValueKind() != System.Text.Json.JsonValueKind.String)
            return "invalid_payload";
        if (payload["attachments"] is JsonArray { Count: > MaxAttachments })
            return "too_many_attachments";
        if (payload["blocks"] is { } blocks && !AreValid(blocks))
            return "invalid_blocks";
        return HasContent(payload) ? null : "no_text";
    }

    static bool HasContent(JsonObject payload) =>
        !string.IsNullOrEmpty((string?)payload["text"])
        || payload["blocks"] is JsonArray { Count: > 0 }
        || payload["attachments"] is JsonArray { Count: > 0 };

    static bool AreValid(JsonNode blocks) =>
        blocks is JsonArray { Count: <= MaxBlocks } list && list.All(block => block is JsonObject shape && IsValid(shape));

    static bool IsValid(JsonObject block) => TextOf(block, "type") switch
    {
        "header" => HasText(block["text"], MaxHeader, "plain_text"),
        "section" => block["fields"] is JsonArray { Count: > 0 and <= 10 } || HasText(block["text"], MaxSection, "mrkdwn", "plain_text"),
        "context" => block["elements"] is JsonArray { Count: > 0 and <= 10 },
        { } type => BlockTypes.Contains(type),
        null => false,
    };

    static bool HasText(JsonNode? node, int limit, params string[] types) =>
        node is JsonObject text
        && types.Contains(TextOf(text, "type"))
        && TextOf(text, "text") is { Length: > 0 } content
        && content.Length <= limit;

    static string? TextOf(JsonObject json, string name) => Http.Json.Text(json, name);
}
