using System.Collections.Immutable;

namespace Maily.Deploy.Sandbox.Drills;

/// <summary>How a drilled deployment ended.</summary>
public enum DrilledEnd
{
    /// <summary>All of the new release is live.</summary>
    Complete,

    /// <summary>All is as before, but for what the report lists.</summary>
    Undone,

    /// <summary>A person must act, as policy demands, and the report says what.</summary>
    NeedsPerson,

    /// <summary>Refused, and nothing that is live was touched.</summary>
    Refused,

    /// <summary>None of the allowed ends.</summary>
    Wrong,
}

/// <summary>What one fault led to.</summary>
public sealed record DrillResult
{
    /// <summary>The fault.</summary>
    public required Fault Fault { get; init; }

    /// <summary>How it ended.</summary>
    public required DrilledEnd End { get; init; }

    /// <summary>Whether the fault struck; false where the step did nothing at that moment that it could strike.</summary>
    public required bool HasStruck { get; init; }

    /// <summary>Exit codes of the runs, one after another.</summary>
    public required ImmutableArray<int> ExitCodes { get; init; }

    /// <summary>Wall time of the cell, going back to the snapshot included.</summary>
    public required double Seconds { get; init; }

    /// <summary>How many rows the database acknowledged meanwhile.</summary>
    public required int AcknowledgedRows { get; init; }

    /// <summary>How many of them are missing.</summary>
    public required int LostRows { get; init; }

    /// <summary>What the report says is left behind.</summary>
    public ImmutableArray<string> Leftovers { get; init; } = [];

    /// <summary>What is wrong; empty for an allowed end.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}
