using System.Collections.Immutable;
using Maily.Deploy.Deployments;
using Maily.Deploy.Deployments.Journals;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Scanning;

namespace Maily.Deploy.Reports;

/// <summary>Reads a report's parts from a journal and from what undoing did.</summary>
public static class ReportComposer
{
    /// <summary>The report with steps, far sides, leftovers and what a person must do filled in.</summary>
    public static DeploymentReport Fill(DeploymentReport report, JournalState journal, ImmutableArray<CompensatedStep> compensated)
    {
        ImmutableArray<CompensatedStep> all = [.. compensated, .. Earlier(journal, compensated)];
        return report with
        {
            Accepted = [.. journal.Header?.Accepted ?? []],
            Steps = [.. journal.Steps.Values.OrderBy(step => step.StartedAt).ThenBy(step => step.Id.ToString(), StringComparer.Ordinal).Select(StepOf)],
            FarSides = FarSidesOf(journal),
            Scans = ScansOf(journal),
            Undone = Sentences(all, CompensationState.Undone),
            Leftovers = report.Outcome == DeploymentOutcome.Succeeded ? [] : Sentences(all, CompensationState.Kept),
            ToDo = [.. report.ToDo.Concat(Sentences(compensated, CompensationState.NeedsPerson)).Concat(NotUndone(report, journal, compensated))],
        };
    }

    /// <summary>The report of a deployment that a rollback undid, or began to undo.</summary>
    /// <param name="undone">How that ended.</param>
    /// <param name="rollback">Whose rollback it is.</param>
    /// <param name="endedAt">When it ended.</param>
    /// <param name="redact">Takes secrets out of an error's text.</param>
    public static DeploymentReport OfRollback(UndoneDeployment undone, ReportedRollback rollback, DateTimeOffset endedAt, Func<string, string> redact) => Fill(
        new DeploymentReport
        {
            Id = undone.Header.Id, Environment = undone.Header.Environment, Commit = undone.Header.Commit, Outcome = undone.Outcome,
            Cancelled = undone.BrokenOffBy is OperationCanceledException, StartedAt = undone.Header.StartedAt, EndedAt = endedAt, Rollback = rollback,
            FirstCause = undone.Journal.FirstFailure is { } failure ? new ReportedCause(failure.Step.Stage, failure.Text.Length > 0 ? failure.Text : "It failed.", null, null) : null,
            Targets = [new ReportedTarget("Rollback", undone.Outcome == DeploymentOutcome.RolledBack ? "succeeded" : "failed", Math.Max(0, (endedAt - rollback.At).TotalSeconds), null)],
            FarSides = new ReportedFarSides(ImmutableDictionary<string, string>.Empty, [], null),
            ToDo = undone.BrokenOffBy is { } reason ? [$"Undoing was broken off: {redact(reason.Message)}"] : [],
        },
        undone.Journal, undone.Steps);

    static ImmutableArray<string> Sentences(ImmutableArray<CompensatedStep> compensated, CompensationState state) =>
        [.. compensated.Where(step => step.Result.State == state).Select(step => $"{step.Step}: {step.Result.Text}")];

    // What an earlier process undid, and what is left where undoing was broken off or never began.
    static IEnumerable<CompensatedStep> Earlier(JournalState journal, ImmutableArray<CompensatedStep> compensated) =>
        from step in journal.Steps.Values.OrderByDescending(step => step.AppliedFrom)
        where !compensated.Any(known => known.Step == step.Id)
        let result = step.Last == JournalEvent.Compensated ? CompensationResult.Read(step.Text)
            : step.Kind == StepKind.Additive && step.MayHaveChanged ? CompensationResult.Kept(step.Leftover) : null
        where result is not null
        select new CompensatedStep(step.Id, step.Kind, result);

    // Undoing was broken off, or never began: what it did not come to is still changed.
    static IEnumerable<string> NotUndone(DeploymentReport report, JournalState journal, ImmutableArray<CompensatedStep> compensated) =>
        report.Outcome != DeploymentOutcome.NeedsAttention ? []
        : journal.ToUndo.Where(step => step.Kind != StepKind.Additive && !compensated.Any(undone => undone.Step == step.Id))
            .Select(step => $"{step.Id}: is changed and not undone: run `./build.sh Rollback`");

    static ReportedStep StepOf(StepHistory step) => new(
        step.Id.ToString(), step.Kind.ToString(), step.Last, step.StartedAt, step.LastAt, step.Outputs.Values, step.Text);

    static ImmutableSortedDictionary<string, ImageScan> ScansOf(JournalState journal) => journal.Outputs
        .Where(step => step.Key.Stage == ScanImagesStage.Name).Select(step => (step.Key.Name, Scan: ImageScan.From(step.Value)))
        .Where(step => step.Scan is not null).ToImmutableSortedDictionary(step => step.Name, step => step.Scan!, StringComparer.Ordinal);

    static ReportedFarSides FarSidesOf(JournalState journal)
    {
        var done = journal.Outputs;
        return new ReportedFarSides(
            OutputOf(done, "PushImages", "reference").ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
            [.. OutputOf(done, "Migrate", "version").Select(pair => pair.Value).Order(StringComparer.Ordinal)],
            OutputOf(done, "DeployVercel", "deploymentId").Concat(OutputOf(done, "StageVercel", "deploymentId")).Select(pair => pair.Value).FirstOrDefault());
    }

    static IEnumerable<(string Name, string Value)> OutputOf(ImmutableDictionary<StepId, StepOutputs> done, string stage, string output) =>
        done.Where(step => step.Key.Stage == stage && step.Value[output] is not null).Select(step => (step.Key.Name, step.Value[output]!));
}
