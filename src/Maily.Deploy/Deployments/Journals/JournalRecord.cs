using System.Text.Json.Serialization;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Deployments.Journals;

/// <summary>What a record of the journal says.</summary>
public enum JournalEvent
{
    /// <summary>The deployment began; <see cref="JournalRecord.Text"/> is its header as JSON (<see cref="DeploymentHeader"/>).</summary>
    Started,

    /// <summary>A step wrote its restore point down; nothing is changed yet.</summary>
    Captured,

    /// <summary>The change is about to be sent: from here on it may have happened.</summary>
    Applying,

    /// <summary>The far side answered.</summary>
    Applied,

    /// <summary>Wanted and observed are equal: the step is done.</summary>
    Verified,

    /// <summary>All was as wanted already: nothing was done, and nothing needs undoing.</summary>
    Unchanged,

    /// <summary>The step failed; the text says why.</summary>
    Failed,

    /// <summary>Undoing began.</summary>
    Compensating,

    /// <summary>Undone, kept or left to a person; the text says which and why.</summary>
    Compensated,

    /// <summary>The deployment ended; the text is its <see cref="DeploymentOutcome"/>.</summary>
    Ended,
}

/// <summary>How a deployment ended.</summary>
public enum DeploymentOutcome
{
    /// <summary>All of it is live. Exit code 0.</summary>
    Succeeded,

    /// <summary>It failed or was cancelled, and what it did was undone. Exit code 1, or 130 when cancelled.</summary>
    RolledBack,

    /// <summary>A person must act. Exit code 2.</summary>
    NeedsAttention,

    /// <summary>Refused before anything was touched. Exit code 3.</summary>
    Refused,
}

/// <summary>One line of the journal: append-only, durable before the step goes on, without any secret.</summary>
public sealed record JournalRecord
{
    /// <summary>Version of this form; a reader refuses a newer one.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the form it was written in.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Place in the deployment's journal, from 1, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The fencing number of the lease under which it was written.</summary>
    public required long FencingNumber { get; init; }

    /// <summary>What it says.</summary>
    public required JournalEvent Event { get; init; }

    /// <summary>The step; null for the deployment's own records.</summary>
    public StepId? Step { get; init; }

    /// <summary>The step's kind; null for the deployment's own records.</summary>
    public StepKind? Kind { get; init; }

    /// <summary>The step's way back; see <see cref="Steps.Step.CompensatorType"/>.</summary>
    public string? CompensatorType { get; init; }

    /// <summary>With <see cref="JournalEvent.Captured"/>: the restore point.</summary>
    public RestorePoint? RestorePoint { get; init; }

    /// <summary>With <see cref="JournalEvent.Applied"/>, Verified and Unchanged: the far side's ids.</summary>
    public StepOutputs? Outputs { get; init; }

    /// <summary>Reason, header or outcome.</summary>
    public string? Text { get; init; }

    /// <summary>Whether a deployment that had ended is at work again: its undoing has begun.</summary>
    [JsonIgnore]
    public bool Reopens => Event == JournalEvent.Compensating;
}

/// <summary>What a deployment is, as its first record says.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Environment">The environment.</param>
/// <param name="Commit">The full commit id.</param>
/// <param name="StartedBy">User and host.</param>
/// <param name="StartedAt">When.</param>
/// <param name="Stages">The stages that are planned.</param>
/// <param name="Skipped">The stages that are left out.</param>
public sealed record DeploymentHeader(
    string Id, string Environment, string Commit, string StartedBy, DateTimeOffset StartedAt,
    IReadOnlyList<string> Stages, IReadOnlyList<string> Skipped)
{
    /// <summary>What somebody accepted that is refused otherwise, and why.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>How the release reaches the clusters. Journals from before there was a choice say nothing, and applied.</summary>
    public string Strategy { get; init; } = GitOps.Strategy.Apply;
}
