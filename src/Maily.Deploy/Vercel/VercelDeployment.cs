using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Maily.Deploy.Vercel;

/// <summary>A deployment as Vercel's API shows it; lists and single answers name some fields differently.</summary>
public sealed record VercelDeployment
{
    /// <summary>In single answers: <c>dpl_...</c>.</summary>
    [JsonPropertyName("id")]
    public string? SingleId { get; init; }

    /// <summary>In lists: <c>dpl_...</c>.</summary>
    [JsonPropertyName("uid")]
    public string? ListId { get; init; }

    /// <summary><c>dpl_...</c>.</summary>
    [JsonIgnore]
    public string Id => SingleId ?? ListId ?? "";

    /// <summary>Its own host name, without a scheme.</summary>
    public string Url { get; init; } = "";

    /// <summary><c>production</c>, or null for a preview.</summary>
    public string? Target { get; init; }

    /// <summary>QUEUED, INITIALIZING, BUILDING, READY, ERROR, CANCELED or BLOCKED.</summary>
    public string? ReadyState { get; init; }

    /// <summary>The same in lists of some versions.</summary>
    public string? State { get; init; }

    /// <summary>STAGED (never served production), ROLLING or PROMOTED.</summary>
    public string? ReadySubstate { get; init; }

    /// <summary>The project it belongs to.</summary>
    public string? ProjectId { get; init; }

    /// <summary>When it was made, in milliseconds since 1970.</summary>
    public long CreatedAt { get; init; }

    /// <summary>What its maker noted on it.</summary>
    public ImmutableDictionary<string, string> Meta { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Why its build failed.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Where people see its build.</summary>
    public string? InspectorUrl { get; init; }

    /// <summary>Whether it is built.</summary>
    [JsonIgnore]
    public bool IsReady => Now == "READY";

    /// <summary>Whether it will never be built.</summary>
    [JsonIgnore]
    public bool IsDead => Now is "ERROR" or "CANCELED" or "BLOCKED";

    /// <summary>Whether it is built and has never served production.</summary>
    [JsonIgnore]
    public bool IsStaged => IsReady && ReadySubstate == "STAGED";

    /// <summary>The present state.</summary>
    [JsonIgnore]
    public string Now => ReadyState ?? State ?? "QUEUED";
}
