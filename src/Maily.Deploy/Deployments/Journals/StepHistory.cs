using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>What the journal says of one step, all its records folded into one.</summary>
public sealed record StepHistory(StepId Id)
{
    /// <summary>Its last event.</summary>
    public JournalEvent Last { get; init; } = JournalEvent.Started;

    /// <summary>Its kind.</summary>
    public StepKind Kind { get; init; }

    /// <summary>Its way back; null for additive steps.</summary>
    public string? CompensatorType { get; init; }

    /// <summary>What it wrote down before it changed anything.</summary>
    public RestorePoint? RestorePoint { get; init; }

    /// <summary>What its far side answered.</summary>
    public StepOutputs Outputs { get; init; } = StepOutputs.None;

    /// <summary>The place of its first <see cref="JournalEvent.Applying"/> or Applied record; null if nothing was ever sent.</summary>
    public long? AppliedFrom { get; init; }

    /// <summary>The place of its first <see cref="JournalEvent.Verified"/> or Failed record after that; null if it died in the middle.</summary>
    public long? AppliedUntil { get; init; }

    /// <summary>The reason that its last record gives.</summary>
    public string? Text { get; init; }

    /// <summary>When its first record was written.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its last record was written.</summary>
    public DateTimeOffset LastAt { get; init; }

    /// <summary>Whether it is done: verified, or as wanted before.</summary>
    public bool IsDone => Last is JournalEvent.Verified or JournalEvent.Unchanged;

    /// <summary>Whether its far side may be changed by it, so that undoing must look at it.</summary>
    public bool MayHaveChanged => AppliedFrom is not null && Kind is not StepKind.Probing && Last is not JournalEvent.Compensated;

    /// <summary>
    /// Whether <paramref name="other"/> began only after this one had ended, and so may stand upon it. Two of which neither
    /// happened before the other ran side by side: nothing made one wait for the other.
    /// </summary>
    public bool HappenedBefore(StepHistory other) => AppliedUntil < other.AppliedFrom;

    /// <summary>Whether steps of its kind change what is live, as opposed to those that only add or only look.</summary>
    public bool ChangesWhatIsLive => Kind is not (StepKind.Additive or StepKind.Probing);

    /// <summary>What an additive step leaves behind, in words: one that ended before its far side answered may have left a part.</summary>
    internal string Leftover => Last is JournalEvent.Verified ? "left behind until retention cleans it"
        : "ended halfway through; what it may have made is left behind until retention cleans it";

    internal StepHistory With(JournalRecord record) => this with
    {
        Last = record.Event,
        Kind = record.Kind ?? Kind,
        CompensatorType = record.CompensatorType ?? CompensatorType,
        RestorePoint = RestorePoint ?? record.RestorePoint,
        Outputs = record.Outputs ?? Outputs,
        AppliedFrom = AppliedFrom ?? (record.Event is JournalEvent.Applying or JournalEvent.Applied ? record.Sequence : null),
        AppliedUntil = AppliedUntil ?? (AppliedFrom is not null && record.Event is (JournalEvent.Verified or JournalEvent.Failed) && Last is not JournalEvent.Compensating ? record.Sequence : null),
        Text = record.Text,
        StartedAt = StartedAt == default ? record.At : StartedAt,
        LastAt = record.At,
    };
}
