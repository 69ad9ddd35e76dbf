using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Reports;

/// <summary>What happened, for programs (<c>report.json</c>, schema <c>report.schema.json</c>) and people. Holds no secret.</summary>
public sealed record DeploymentReport
{
    /// <summary>Version of this form; grows when a reader must change.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The deployment's id; null when it was refused before it got one.</summary>
    public string? Id { get; init; }

    /// <summary>The environment.</summary>
    public required string Environment { get; init; }

    /// <summary>The full commit id.</summary>
    public required string Commit { get; init; }

    /// <summary>How it ended.</summary>
    public required DeploymentOutcome Outcome { get; init; }

    /// <summary>Whether a person or the machine cancelled it.</summary>
    public bool Cancelled { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Whose rollback this tells of; null in the report of a deployment's own run.</summary>
    public ReportedRollback? Rollback { get; init; }

    /// <summary>What somebody accepted that is refused otherwise, and why.</summary>
    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Why it did not succeed: the first error, not what followed from it.</summary>
    public ReportedCause? FirstCause { get; init; }

    /// <summary>The targets in the order of the plan.</summary>
    public ImmutableArray<ReportedTarget> Targets { get; init; } = [];

    /// <summary>The steps in the order of their first record.</summary>
    public ImmutableArray<ReportedStep> Steps { get; init; } = [];

    /// <summary>What the far sides call the results.</summary>
    public required ReportedFarSides FarSides { get; init; }

    /// <summary>Whether all was as wanted already, so that nothing was changed anywhere.</summary>
    [JsonIgnore]
    public bool IsUnchanged => Outcome == DeploymentOutcome.Succeeded && Steps.Any(step => step.State == JournalEvent.Unchanged)
        && Steps.All(step => step.State == JournalEvent.Unchanged || step.Kind == nameof(StepKind.Probing));

    /// <summary>What the scans of this deployment's images found, by image name.</summary>
    public IReadOnlyDictionary<string, ImageScan> Scans { get; init; } = ImmutableSortedDictionary<string, ImageScan>.Empty;

    /// <summary>What was undone, kept, or is left, one sentence each.</summary>
    public ImmutableArray<string> Undone { get; init; } = [];

    /// <summary>What stays behind: additive leftovers and what policy keeps.</summary>
    public ImmutableArray<string> Leftovers { get; init; } = [];

    /// <summary>What a person must still do, one sentence each.</summary>
    public ImmutableArray<string> ToDo { get; init; } = [];
}

/// <summary>A rollback.</summary>
/// <param name="By">Who rolled back: user and host.</param>
/// <param name="To">The deployment that is live again; null where there was none before.</param>
/// <param name="At">When the rollback began.</param>
public sealed record ReportedRollback(string By, string? To, DateTimeOffset At);

/// <summary>The first error: where, what, and what to do about it.</summary>
public sealed record ReportedCause(string Target, string Fact, string? Evidence, string? Remedy);

/// <summary>One target of the run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status"><c>succeeded</c>, <c>failed</c>, <c>skipped</c>, <c>notRun</c>, <c>aborted</c>.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Note">Why it was skipped, or nothing.</param>
public sealed record ReportedTarget(string Name, string Status, double Seconds, string? Note);

/// <summary>One step of the run.</summary>
public sealed record ReportedStep(
    string Id, string Kind, JournalEvent State, DateTimeOffset StartedAt, DateTimeOffset EndedAt,
    IReadOnlyDictionary<string, string> Outputs, string? Note);

/// <summary>Ids on the far sides.</summary>
/// <param name="Images">Full references by digest, by image name.</param>
/// <param name="Migrations">Versions that this deployment applied.</param>
/// <param name="VercelDeployment">The frontend that this deployment promoted or staged.</param>
public sealed record ReportedFarSides(
    IReadOnlyDictionary<string, string> Images, IReadOnlyList<string> Migrations, string? VercelDeployment);
