using System.Collections.Immutable;
using System.Text.Json;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>A journal folded into what it means: the header, each step's history, the end.</summary>
public sealed record JournalState
{
    /// <summary>Of a journal without records.</summary>
    public static JournalState Empty { get; } = new();

    /// <summary>What the deployment is; null before the first record.</summary>
    public DeploymentHeader? Header { get; init; }

    /// <summary>The steps by id.</summary>
    public ImmutableDictionary<StepId, StepHistory> Steps { get; init; } = ImmutableDictionary<StepId, StepHistory>.Empty;

    /// <summary>The place of the last record.</summary>
    public long LastSequence { get; init; }

    /// <summary>The last record.</summary>
    public JournalRecord? LastRecord { get; init; }

    /// <summary>How it ended; null while it is not ended.</summary>
    public DeploymentOutcome? Outcome { get; init; }

    /// <summary>When its own run ended, before any rollback by a person; null while it has not.</summary>
    public DateTimeOffset? FirstEndedAt { get; init; }

    /// <summary>The first step that failed, as opposed to one whose undoing failed; null where none did.</summary>
    public StepFailure? FirstFailure { get; init; }

    /// <summary>What the steps that are done answered.</summary>
    public ImmutableDictionary<StepId, StepOutputs> Outputs =>
        Steps.Values.Where(step => step.IsDone).ToImmutableDictionary(step => step.Id, step => step.Outputs);

    /// <summary>Whether undoing it has begun, so that it cannot be resumed.</summary>
    public bool IsBeingUndone => Steps.Values.Any(step => step.Last is JournalEvent.Compensating or JournalEvent.Compensated);

    /// <summary>The steps that must be looked at when undoing, last applied first.</summary>
    public ImmutableArray<StepHistory> ToUndo =>
        [.. Steps.Values.Where(step => step.MayHaveChanged).OrderByDescending(step => step.AppliedFrom)];

    /// <summary>The state after one more record.</summary>
    /// <exception cref="BrokenJournalException">It does not follow, or is of a newer version.</exception>
    public JournalState With(JournalRecord record)
    {
        if (record.Version > JournalRecord.CurrentVersion)
            throw new BrokenJournalException($"Record {record.Sequence} has version {record.Version}, this program reads up to {JournalRecord.CurrentVersion}.");
        if (record.Sequence != LastSequence + 1)
            throw new BrokenJournalException($"Record {record.Sequence} follows {LastSequence}: some are missing.");

        var next = this with { LastSequence = record.Sequence, LastRecord = record };
        if (record.Step is { } id)
            return next with
            {
                Steps = Steps.SetItem(id, (Steps.GetValueOrDefault(id) ?? new StepHistory(id)).With(record)),
                Outcome = record.Reopens ? null : Outcome,
                FirstFailure = FirstFailure ?? FailureOf(id, record),
            };
        return record.Event switch
        {
            JournalEvent.Started => next with { Header = ReadHeader(record) },
            JournalEvent.Ended => next with { Outcome = Enum.Parse<DeploymentOutcome>(record.Text ?? "", ignoreCase: true), FirstEndedAt = FirstEndedAt ?? record.At },
            _ => next,
        };
    }

    StepFailure? FailureOf(StepId id, JournalRecord record) =>
        record.Event == JournalEvent.Failed && Steps.GetValueOrDefault(id)?.Last != JournalEvent.Compensating
            ? new StepFailure(id, record.Text ?? "") : null;

    static DeploymentHeader ReadHeader(JournalRecord record) =>
        JsonSerializer.Deserialize<DeploymentHeader>(record.Text ?? "null", DeploymentJson.Line)
        ?? throw new BrokenJournalException("The first record has no header.");
}

/// <summary>A step that failed, and why.</summary>
public sealed record StepFailure(StepId Step, string Text);

/// <summary>A journal cannot be read: it is never guessed at.</summary>
public sealed class BrokenJournalException(string fact, Exception? cause = null)
    : DeployException(fact, "Use the version of Maily Deploy that wrote the journal, or look at its records by hand.", cause: cause)
{
    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.NeedsAttention;
}
