using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Maily.Deploy.Deployments;

namespace Maily.Deploy.Drift;

/// <summary>What is live against what the release record says, for programs (<c>report.json</c>, schema <c>drift.schema.json</c>) and people. Holds no secret.</summary>
public sealed record DriftReport
{
    /// <summary>Version of this form; grows when a reader must change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>When it was compared.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The release that is compared with; null where nothing was released yet.</summary>
    public DeploymentId? Release { get; init; }

    /// <summary>The release's full commit id.</summary>
    public string? Commit { get; init; }

    /// <summary>The deployment that is at work meanwhile: what differs may be its doing. Null where none is.</summary>
    public string? AtWork { get; init; }

    /// <summary>All parts, in the order in which they are declared.</summary>
    public ImmutableArray<DriftPart> Parts { get; init; } = [];

    /// <summary>Whether nothing differs and nothing stayed unknown. A part without the settings that it needs does not count.</summary>
    [JsonIgnore]
    public bool IsAsReleased => Parts.All(part => part.State is DriftState.AsReleased or DriftState.NotCompared);
}

/// <summary>How a part stands to its release.</summary>
public enum DriftState
{
    /// <summary>As it was released.</summary>
    AsReleased,

    /// <summary>Something differs.</summary>
    Drifted,

    /// <summary>Not looked at, since a setting is missing or the release has no such part; the note says which.</summary>
    NotCompared,

    /// <summary>Looking failed; the note says why.</summary>
    Unknown,
}

/// <summary>One part of the product: a region, the database, the frontend.</summary>
/// <param name="Name">Its name: <c>region eu-west-1</c>.</param>
/// <param name="State">How it stands.</param>
/// <param name="Note">What was compared, or why not, in one sentence.</param>
public sealed record DriftPart(string Name, DriftState State, string Note)
{
    /// <summary>What differs.</summary>
    public ImmutableArray<DriftFinding> Findings { get; init; } = [];

    /// <summary>A part that was compared: drifted where anything was found.</summary>
    public static DriftPart Compared(string name, string note, IEnumerable<DriftFinding> findings)
    {
        ImmutableArray<DriftFinding> found = [.. findings];
        return new(name, found.IsEmpty ? DriftState.AsReleased : DriftState.Drifted, note) { Findings = found };
    }
}

/// <summary>What is wrong with a thing.</summary>
public enum DriftKind
{
    /// <summary>It is of the release, and is not there.</summary>
    Missing,

    /// <summary>It is there, but otherwise.</summary>
    Changed,

    /// <summary>It is there, and not of the release.</summary>
    Extra,
}

/// <summary>One thing that differs.</summary>
/// <param name="What">The thing: <c>Deployment maily/api-gateway</c>, <c>column public.campaigns.name</c>.</param>
/// <param name="Kind">What is wrong with it.</param>
/// <param name="Note">More about it; null where the kind says it all.</param>
public sealed record DriftFinding(string What, DriftKind Kind, string? Note = null)
{
    /// <summary>The fields that differ, where it has fields.</summary>
    public ImmutableArray<DriftField> Fields { get; init; } = [];
}

/// <summary>A field that differs. Values of secrets are masked.</summary>
/// <param name="Path">The field: <c>.spec.replicas</c>.</param>
/// <param name="Wanted">The release's value as JSON; null where the release has no such field.</param>
/// <param name="Found">The live value as JSON; null where it is not there.</param>
/// <param name="By">Who changed it, by which operation, and when, as far as the cluster knows.</param>
public sealed record DriftField(string Path, string? Wanted, string? Found, string? By);
