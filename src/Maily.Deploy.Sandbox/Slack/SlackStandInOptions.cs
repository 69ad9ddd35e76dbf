namespace Maily.Deploy.Sandbox.Slack;

/// <summary>How a Slack stand-in is set up.</summary>
public sealed record SlackStandInOptions
{
    /// <summary>The workspace part of the webhook's path.</summary>
    public string Team { get; init; } = "T000";

    /// <summary>The app part of the webhook's path.</summary>
    public string Service { get; init; } = "B000";

    /// <summary>The secret part of the webhook's path.</summary>
    public string Token { get; init; } = "XXXXXXXXXXXXXXXXXXXXXXXX";

    /// <summary>Loopback port; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
